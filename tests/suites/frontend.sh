# The front end: small sources and the IR that they must become.
exec python3 tests/frontend/run.py "$1"
