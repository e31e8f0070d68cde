#!/bin/sh
# All tests: BUILD is the ordinary build, SANITIZED one with ASan and UBSan that the unit tests run in as well.
# The suites run side by side, as many as there are cores, the longest first. builds and oracle come with two or three jobs each: while one of
# them waits, or makes what its next ones need, the other has the cores.
# What the suites precompile is kept in one cache, in the build folder.
set -eu
build=$(cd "$1" && pwd) sanitized=$2
SUITES="oracle builds fuzz docs frontend cli stdlib ckpt"
export XDG_CACHE_HOME="$build/cache"
failed=0
part() { printf '\n== %s\n' "$1"; shift; start=$(date +%s); "$@" || { failed=1; printf '== FAILED\n'; }; printf '== %s s\n' "$(( $(date +%s) - start ))"; }
beside() {
  # shellcheck disable=SC2016
  printf '%s\n' "$@" | xargs -P "$(nproc)" -I NAME sh -c 'status=0 start=$(date +%s) log=$1/tests-NAME.log
    sh tests/suites/NAME.sh "$1" >"$log" 2>&1 || { status=1; echo "== FAILED" >>"$log"; }
    echo "== NAME: $(( $(date +%s) - start )) s" >>"$log"
    flock "$1" cat "$log"
    exit $status' sh "$build"
}

[ -f "$sanitized/CMakeCache.txt" ] || cmake -S . -B "$sanitized" -G Ninja -DCKPTLINT_SANITIZE=ON -DCMAKE_BUILD_TYPE=Debug >/dev/null
part "build with sanitizers" cmake --build "$sanitized" -j "$(nproc)"
part "house rules" python3 tests/house/check.py
part "unit tests, sanitized" ctest --test-dir "$sanitized" --output-on-failure -j "$(nproc)"
# shellcheck disable=SC2086
part "$SUITES" beside $SUITES
for suite in tests/suites/*.sh; do
  case " $SUITES " in
    *" $(basename "$suite" .sh) "*) ;;
    *) echo "tests/run.sh does not run $suite"; failed=1 ;;
  esac
done
[ "$failed" = 0 ] && printf '\nall tests passed\n' || printf '\nsome tests FAILED\n'
exit "$failed"
