# The demo project, built in every way that ckptlint joins a build.
exec python3 tests/builds/run.py "$1"
