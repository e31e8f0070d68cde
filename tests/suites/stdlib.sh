# Calls of the standard library: the evaluator against the compiled program.
exec python3 tests/stdlib/run.py "$1/ckptlint-frontend" "$1/stdlib-driver"
