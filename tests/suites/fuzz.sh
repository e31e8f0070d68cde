# Each reader against libFuzzer, a few seconds; one of them, another with every commit, half a minute.
exec python3 tests/fuzz/run.py ci "$1/fuzz"
