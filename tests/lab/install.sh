#!/usr/bin/env bash
# Installs one real Directus server with SQLite from the npm registry.
#   tests/lab/install.sh VERSION      the server goes to $HAREWIRE_LAB/VERSION
# Returns at once if that version is complete already; an interrupted install is done again.
set -euo pipefail
. "$(dirname "$0")/common.sh"

stamp=$server/.installed
if cmp -s "$stamp" "$lock"; then
  echo "Directus $version is installed in $server"
  exit 0
fi
[ "$(uname -sm)" = "Linux x86_64" ] || fail "the lock files pin Node for Linux on x86_64, this is $(uname -sm)"
for tool in node npm gcc g++ make python3; do
  command -v "$tool" >/dev/null || fail "$tool is missing: run ./test.sh --install, or install it by hand"
done

mkdir -p "$server"
rm -f "$stamp"
cp "$here/versions/$version/package.json" "$lock" "$server/"
cd "$server"
export NPM_CONFIG_LOGLEVEL=error NPM_CONFIG_AUDIT=false NPM_CONFIG_FUND=false NPM_CONFIG_UPDATE_NOTIFIER=false
started=$SECONDS

# Install scripts would try to download prebuilt binaries from elsewhere. All but two modules carry
# their binaries inside the package; those two are compiled below.
npm ci --ignore-scripts
fetched=$SECONDS

# npm's own node-gyp, looked up with the machine's node before node 22 comes into PATH.
npm_cli=$(readlink -f "$(command -v npm)")
gyp=$(node -p 'require.resolve("node-gyp/bin/node-gyp.js", { paths: [process.argv[1]] })' "$npm_cli") ||
  fail "npm's node-gyp was not found beside $npm_cli: reinstall npm"
PATH=$node_root/bin:$PATH

# Unoptimised: the compiler's time is longer than all the time these modules will ever run here.
# isolated-vm binds to V8, so the headers must be those of node 22 and not the machine's.
compile() { # MODULE OPTIMISATION
  local log=$server/build-$1.log
  (cd "node_modules/$1" &&
    CFLAGS="$2 -g0" CXXFLAGS="$2 -g0" node "$gyp" rebuild --release --nodedir="$node_root" -j "$(nproc)") \
    >"$log" 2>&1 </dev/null || {
    tail -n 30 "$log" >&2
    fail "compiling $1 failed, the whole output is in $log"
  }
}
compile sqlite3 -O1
compile isolated-vm -O0
rm -rf node_modules/{sqlite3,isolated-vm}/build/Release/{obj.target,.deps,obj}
compiled=$SECONDS

node -e '
  require("sqlite3"); require("sharp");
  const { Isolate } = require("isolated-vm");
  if (new Isolate().createContextSync().evalSync("6 * 7") !== 42) throw new Error("isolated-vm does not compute");
  require("argon2").hash("x").catch((error) => { console.error(error); process.exit(1); });
' || fail "a native module of Directus $version does not load"
cp "$lock" "$stamp"
echo "Directus $version installed in $server: npm $((fetched - started)) s, native modules $((compiled - fetched)) s"
