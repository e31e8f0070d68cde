# Fixtures and generated programs, compiled against libtorch and run: what they say is what ckptlint must derive and report.
build=$(cd "$1" && pwd) status=0
for suite in "stock.py" "run_models.py" "run_loads.py" "gen_models.py --count 45" "gen_loads.py --count 30" "gen_loads.py --count 40 --seed 101"; do
  # shellcheck disable=SC2086
  python3 tests/oracle/$suite --ckptlint "$build/ckptlint" --build "$build/oracle" || status=1
done
exit $status
