#!/usr/bin/env bash
# Every check and every test of this repository, on Linux.
#   ./test.sh             fails, and lists what is missing, where the machine lacks something
#   ./test.sh --install   installs it first: system packages for a headless window and for compiling, and two
#                         real Directus servers (see tests/lab; 2 GB in $HAREWIRE_LAB)
# A check that can't run is a failure here, never a silent pass.
set -euo pipefail
cd "$(dirname "$0")"
exec </dev/null

install=
case "${1:-}" in
--install) install=yes ;;
"") ;;
*)
  sed -n 's/^# \{0,1\}//; 2,6p' "$0" >&2
  exit 2
  ;;
esac

export HAREWIRE_LAB=${HAREWIRE_LAB:-${TMPDIR:-/tmp}/harewire-lab}
versions=(12.4.0 11.17.4)
# By it the test of the window looks into the window. The same for every step, or each compiles egui again.
features=(--features inspection)
scratch=$(mktemp -d)
installing=
cleanup() {
  # The whole group: npm and the compilers are children of it.
  [ -z "$installing" ] || kill -- "-$installing" 2>/dev/null || true
  rm -rf "$scratch"
}
trap cleanup EXIT
began=$SECONDS

fail() {
  printf '\ntest.sh: %s\n' "$*" >&2
  exit 1
}

# step TITLE COMMAND...: runs it under a heading and says how long it took.
step() {
  local title=$1 from=$SECONDS
  shift
  printf '\n=== %s\n' "$title"
  "$@" || fail "$title: failed after $((SECONDS - from)) s"
  printf -- '--- %s: %s s\n' "$title" "$((SECONDS - from))"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# ---- what the machine must have: a test of it, then the Debian or Ubuntu package that brings it

needs() {
  has_command git git
  has_command gcc gcc
  has_command g++ g++
  has_command make make
  has_command python3 python3
  has_command curl curl
  has_command node nodejs
  has_command npm npm
  has_command ip iproute2
  has_command Xvfb xvfb
  has_command tinyproxy tinyproxy
  has_command microsocks microsocks
  # Vulkan on the processor: the pictures of the tests and the window under Xvfb are painted with it.
  has_file '/usr/share/vulkan/icd.d/lvp_icd*' mesa-vulkan-drivers
  has_library libGLX_mesa.so.0 libglx-mesa0
  has_library libEGL.so.1 libegl1
  has_library libxkbcommon-x11.so.0 libxkbcommon-x11-0
  has_library libX11-xcb.so.1 libx11-xcb1
  has_library libXcursor.so.1 libxcursor1
  has_library libXi.so.6 libxi6
  has_library libXrandr.so.2 libxrandr2
}

has_command() { command -v "$1" >/dev/null || missing "$2" "the command $1"; }
has_file() { compgen -G "$1" >/dev/null || missing "$2" "a file like $1"; }
has_library() { PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -F "$1 " >/dev/null || missing "$2" "the library $1"; }

packages=()
missing() {
  packages+=("$1")
  printf '  missing: %s (package %s)\n' "$2" "$1"
}

system_packages() {
  packages=()
  needs
  [ ${#packages[@]} -gt 0 ] || return 0
  [ -n "$install" ] || return 1
  command -v apt-get >/dev/null || {
    echo "There is no apt-get here: install the above by the means of this system." >&2
    return 1
  }
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get update -q
  as_root apt-get install -q -y --no-install-recommends "${packages[@]}"
  packages=()
  needs
  [ ${#packages[@]} -eq 0 ]
}

rust() {
  command -v cargo >/dev/null || {
    echo "cargo is missing: install Rust 1.95 or newer with rustup." >&2
    return 1
  }
  cargo --version && cargo fmt --version && cargo clippy --version
}

# ---- the real servers

install_directus() {
  local version
  for version in "${versions[@]}"; do
    tests/lab/install.sh "$version"
    tests/lab/prepare.sh "$version"
  done
}

directus() {
  if [ -n "$installing" ]; then
    wait "$installing" || {
      tail -n 50 "$scratch/directus.log" >&2
      return 1
    }
    installing=
    cat "$scratch/directus.log"
  fi
  local version
  for version in "${versions[@]}"; do
    [ -f "$HAREWIRE_LAB/$version/.installed" ] && [ -s "$HAREWIRE_LAB/seeded-$version.db" ] || {
      echo "Directus $version is not in $HAREWIRE_LAB: run ./test.sh --install" >&2
      return 1
    }
  done
}

# ---- the tests

# A Directus 12 without a licence key reports its use to its maker at each start, and can't be told not to. In a
# network namespace of their own the servers reach nothing but this machine.
isolation=()
find_isolation() {
  local try=(unshare --net)
  [ "$(id -u)" = 0 ] || try=(unshare --map-root-user --net)
  local loopback='PATH=$PATH:/sbin:/usr/sbin; ip link set lo up && exec "$@"'
  if "${try[@]}" sh -c "$loopback" sh true 2>/dev/null; then
    isolation=("${try[@]}" sh -c "$loopback" sh)
    echo "The tests run in a network namespace of their own."
  else
    echo "No network namespace is allowed here: the servers can reach the network, and the tests don't need it."
  fi
}

run_tests() {
  local status=0
  find_isolation
  CARGO_NET_OFFLINE=true ${isolation[@]+"${isolation[@]}"} cargo test --locked "${features[@]}" --no-fail-fast 2>&1 |
    tee "$scratch/tests.log" || status=$?
  echo "$(sum passed) passed, $(sum failed) failed, $(sum ignored) ignored in all test programs"
  return "$status"
}

sum() { # WORD: how many tests did so, in all test programs
  sed -n 's/^test result: //p' "$scratch/tests.log" | grep -o "[0-9]* $1" | awk '{ n += $1 } END { print n + 0 }'
}

# ---- in order; the servers are installed while cargo compiles

step "System packages" system_packages
step "Rust" rust
if [ -n "$install" ]; then
  # Compiling from scratch, as a machine for tests does, is faster without the files for the next time.
  export CARGO_INCREMENTAL=${CARGO_INCREMENTAL:-0}
  set -m
  install_directus >"$scratch/directus.log" 2>&1 &
  installing=$!
  set +m
else
  step "Directus" directus
fi
step "Dependencies" cargo fetch --locked
step "Format" cargo fmt --check
step "Compile the tests" cargo test --locked "${features[@]}" --no-run
if [ -n "$install" ]; then step "Directus" directus; fi
step "Tests" run_tests
step "Lints" cargo clippy --all-targets --locked "${features[@]}" -- -D warnings
step "Documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked "${features[@]}"
step "Benches compile" cargo build --benches --locked "${features[@]}"

printf '\n%s passed, %s failed, %s ignored; all steps in %s s\n' \
  "$(sum passed)" "$(sum failed)" "$(sum ignored)" "$((SECONDS - began))"
