# The program ckptlint: arguments, exit status, messages, output, cache, launcher.
exec python3 tests/cli/run.py "$1"
