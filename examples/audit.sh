#!/usr/bin/env bash
# The audit log, end to end: makes calls, exports the log, verifies it offline, then breaks one byte of the export and
# shows the verifier naming the row.
#
#   PAT=pcft_live_… WORKSPACE=… [URL=http://localhost:8080] [CHECKPOINTS=.data/checkpoints] examples/audit.sh
#
# Needs curl, and the suite that `npm start` runs. CHECKPOINTS is where audit keeps its checkpoints outside the database.
set -euo pipefail
cd "$(dirname "$0")/.."

URL="${URL:-http://localhost:8080}"
: "${PAT:?the token that npm start prints}"
: "${WORKSPACE:?id or slug of its workspace}"
CHECKPOINTS="${CHECKPOINTS:-.data/checkpoints}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

get() { curl -fsS "$URL$1" -H "Authorization: Bearer $PAT"; }
verify() { npm run --silent pcft -- audit verify "$1" --keys "$work/keys.json" "${@:2}"; }

echo "== ten calls, each of which leaves a row"
for _ in $(seq 10); do get "/v1/workspaces/$WORKSPACE/members" > /dev/null; done

echo "== until the next checkpoint has sealed them"
newest() { get "/v1/audit-logs/checkpoints?limit=1" | tr ',' '\n' | sed -n 's/.*"to_seq":\([0-9]*\).*/\1/p' | head -n 1; }
before="$(newest)"
for _ in $(seq 70); do
  now="$(newest)"
  [ -n "$now" ] && [ "$now" != "$before" ] && break
  sleep 1
done

echo "== the checkpoints as they are before the export: later ones know of rows that it does not have"
if [ -d "$CHECKPOINTS" ]; then cp -R "$CHECKPOINTS" "$work/checkpoints"; fi

echo "== export, and the public keys"
get "/v1/workspaces/$WORKSPACE/audit-logs/export" > "$work/export.ndjson"
curl -fsS "$URL/.well-known/audit-keys.json" > "$work/keys.json"
wc -l < "$work/export.ndjson" | xargs echo "lines:"

echo "== verified offline"
if [ -d "$work/checkpoints" ]; then verify "$work/export.ndjson" --checkpoints "$work/checkpoints"; else verify "$work/export.ndjson"; fi

echo "== one byte of one row changed"
line="$(grep -n '"type":"row"' "$work/export.ndjson" | sed -n '3p' | cut -d: -f1)"
sed "${line}s/success/succeSs/" "$work/export.ndjson" > "$work/broken.ndjson"
if cmp -s "$work/export.ndjson" "$work/broken.ndjson"; then
  sed "${line}s/\"seq\":3,\"id\":\"a/\"seq\":3,\"id\":\"b/" "$work/export.ndjson" > "$work/broken.ndjson"
fi
if verify "$work/broken.ndjson"; then
  echo "the verifier did not notice" >&2
  exit 1
fi
echo "== found, and named"
