# The front end: small sources and the IR that they must become; which units share a precompiled header.
python3 tests/frontend/run.py "$1" && python3 tests/frontend/pch.py "$1"
