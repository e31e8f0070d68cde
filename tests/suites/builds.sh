# Builds, hooks, editors; what happens when something goes wrong around the checker.
exec python3 tests/builds/run.py "$1"
