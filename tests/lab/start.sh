#!/usr/bin/env bash
# Runs one Directus server in the foreground, on a database of its own. The script turns into the
# server: its process id is the server's, SIGTERM stops it.
#   tests/lab/start.sh VERSION PORT
#   RUN_DIR    database, uploads, extensions; made if missing, the seeded database is copied into a new one
#   LAB_TIED   if set, the end of standard input kills the server and removes RUN_DIR: nothing outlives who started it
# Every other variable of the environment is a Directus setting and wins over the ones here.
set -euo pipefail
. "$(dirname "$0")/common.sh"

port=${2:?"usage: start.sh VERSION PORT"}
run=${RUN_DIR:?"RUN_DIR is not set"}
[ -x "$node_root/bin/node" ] || fail "Directus $version is not installed in $lab: run ./test.sh --install"

mkdir -p "$run/uploads" "$run/extensions" "$run/tmp"
run=$(cd "$run" && pwd)
PATH=$node_root/bin:$PATH

export HOST=127.0.0.1 PORT=$port PUBLIC_URL=${PUBLIC_URL:-http://127.0.0.1:$port}
export DB_CLIENT=sqlite3 DB_FILENAME=$run/data.db
export STORAGE_LOCATIONS=local STORAGE_LOCAL_DRIVER=local STORAGE_LOCAL_ROOT=$run/uploads
export EXTENSIONS_PATH=$run/extensions TEMP_PATH=$run/tmp CONFIG_PATH=$run/.env
# Without it a working directory that holds no package.json is an error in the log.
export PACKAGE_FILE_LOCATION=$server
# Throw-away secrets: the database holds nothing and listens on loopback only.
export SECRET=${SECRET:-harewire-lab-secret-harewire-lab-secret}
export ADMIN_EMAIL=admin@example.com ADMIN_PASSWORD=admin-pass-1 ADMIN_TOKEN=admin-static-token-0001
export LOG_LEVEL=${LOG_LEVEL:-info} LOG_STYLE=${LOG_STYLE:-raw}
export SERVE_APP=${SERVE_APP:-false} MCP_ENABLED=${MCP_ENABLED:-false} TELEMETRY=${TELEMETRY:-false}
export CACHE_ENABLED=${CACHE_ENABLED:-false}
# It refuses requests on a busy machine, and a machine that runs tests is busy.
export PRESSURE_LIMITER_ENABLED=${PRESSURE_LIMITER_ENABLED:-false}
export WEBSOCKETS_ENABLED=${WEBSOCKETS_ENABLED:-true}

# Not the `directus` command: that one asks the public registry for a newer version first.
program=$server/node_modules/@directus/api/dist/cli/run.js
cd "$run"
if [ ! -s data.db ] && [ -s "$lab/seeded-$version.db" ]; then
  cp "$lab/seeded-$version.db" data.db
fi
if [ ! -s data.db ]; then
  node "$program" bootstrap >bootstrap.log 2>&1 </dev/null || {
    tail -n 20 bootstrap.log >&2
    rm -f data.db
    fail "the database could not be made"
  }
fi
if [ -n "${LAB_TIED:-}" ]; then
  # A background command reads /dev/null unless told otherwise, hence the copy of standard input.
  exec 3<&0
  (cat <&3 >/dev/null 2>&1; kill -KILL $$ 2>/dev/null; rm -rf "$run") &
  exec 3<&- </dev/null
fi
exec node "$program" start
