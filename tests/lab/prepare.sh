#!/usr/bin/env bash
# Makes the seeded database that every server of a test starts from.
#   tests/lab/prepare.sh VERSION      result: $HAREWIRE_LAB/seeded-VERSION.db
# Returns at once if the database was made from this seed and this version already.
set -euo pipefail
. "$(dirname "$0")/common.sh"

database=$lab/seeded-$version.db
stamp=$lab/seeded-$version.from
from=$(cat "$here/seed.mjs" "$lock" | sha256sum)
if [ -s "$database" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$from" ]; then
  echo "Directus $version is seeded: $database"
  exit 0
fi
PATH=$node_root/bin:$PATH
[ -x "$node_root/bin/node" ] || fail "Directus $version is not installed in $lab: run tests/lab/install.sh $version"

rm -f "$database" "$stamp"
run=$lab/prepare-$version
# What an interrupted attempt left.
rm -rf "$run"
mkdir "$run"
port=$(node -e '
  const server = require("net").createServer();
  server.listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close(); });')
RUN_DIR=$run "$here/start.sh" "$version" "$port" >"$run/server.log" 2>&1 </dev/null &
pid=$!
trap 'kill -KILL $pid 2>/dev/null || true' EXIT

answer=
for _ in $(seq 400); do
  answer=$(curl --silent --max-time 2 "http://127.0.0.1:$port/server/ping" || true)
  [ "$answer" = pong ] && break
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.3
done
[ "$answer" = pong ] || {
  tail -n 20 "$run/server.log" >&2
  fail "Directus $version did not come up, the whole log is in $run/server.log"
}
node "$here/seed.mjs" "http://127.0.0.1:$port" </dev/null || fail "seeding failed, the server's log is in $run/server.log"
kill -TERM "$pid"
wait "$pid" || true
trap - EXIT
# In this order: a database without a stamp is made again, a stamp without a database too.
mv "$run/data.db" "$database"
echo "$from" >"$stamp"
rm -rf "$run"
echo "Directus $version seeded: $database"
