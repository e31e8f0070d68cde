#!/bin/sh
# Installs the Debian packages of one list (build, run, test or extra) where some are missing. Not root, or not Debian: says what is
# needed, and goes on if the tools are there anyway.
set -eu
build="gcc g++ cmake ninja-build pkg-config libclang-22-dev libzip-dev libjansson-dev libxxhash-dev libyaml-dev libssl-dev libcmocka-dev"
run="libtorch-dev"
test="python3 python3-torch python3-numpy nlohmann-json3-dev clang-format-22 clang-tidy-22 clang-22 libclang-rt-22-dev git"
# Tools that ckptlint works with: a test that lacks its own says "skipped". Some 110 MB: Emacs 46, LLVM's headers for the Clang plugin 52.
extra="make ccache pre-commit meson vim neovim emacs-nox gcc-12-plugin-dev llvm-22-dev"
case "${1:-}" in
  build) list=$build ;;
  run) list=$run ;;
  test) list=$test ;;
  extra) list=$extra ;;
  list) printf '%s\n' "$build $run $test"; exit 0 ;;
  *) echo "usage: deps.sh build|run|test|extra|list" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "ckptlint: this is no Debian; needed are the equivalents of: $list" >&2
  exit 0
fi
missing=
for package in $list; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
give_up() { [ "$1" = extra ] && exit 0 || exit 1; } # without the extra ones fewer tests run
if [ "$(id -u)" != 0 ]; then
  echo "ckptlint: packages are missing; as root: apt-get install$missing" >&2
  give_up "$1"
fi
echo "installing:$missing" >&2
log=$(mktemp)
{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1 || {
  tail -n 20 "$log" >&2
  echo "ckptlint: apt-get could not install$missing (Debian 12 has them all; libclang 22 comes from its security and update archives)" >&2
  give_up "$1"
}
rm -f "$log"
