# Every command that the documentation shows, with its output.
exec python3 tests/docs/run.py "$1"
