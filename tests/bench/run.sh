#!/bin/sh
# Performance, side by side with what a user would use instead, in one run: `make bench`.
exec python3 "$(dirname "$0")/bench.py" "$@"
