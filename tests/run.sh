#!/bin/sh
# All tests: BUILD is the ordinary build, SANITIZED one with ASan and UBSan that the unit tests run in as well.
set -eu
build=$1 sanitized=$2
failed=0
part() { printf '\n== %s\n' "$1"; shift; start=$(date +%s); "$@" || { failed=1; printf '== FAILED\n'; }; printf '== %s s\n' "$(( $(date +%s) - start ))"; }

[ -f "$sanitized/CMakeCache.txt" ] || cmake -S . -B "$sanitized" -G Ninja -DCKPTLINT_SANITIZE=ON -DCMAKE_BUILD_TYPE=Debug >/dev/null
part "build with sanitizers" cmake --build "$sanitized" -j "$(nproc)"
part "house rules" python3 tests/house/check.py
part "unit tests, sanitized" ctest --test-dir "$sanitized" --output-on-failure -j "$(nproc)"
for suite in tests/suites/*.sh; do
  [ -f "$suite" ] && part "$(basename "$suite" .sh)" sh "$suite" "$build" "$sanitized"
done
[ "$failed" = 0 ] && printf '\nall tests passed\n' || printf '\nsome tests FAILED\n'
exit "$failed"
