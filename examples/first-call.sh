#!/usr/bin/env bash
# Your first Platform API call: the five steps of the guide, as curl and jq, every answer printed and checked.
#
#   npm start                  # in another terminal
#   examples/first-call.sh     # or: URL=http://localhost:8080 PAT=pcft_live_... examples/first-call.sh
#
# URL and PAT default to the demo that `npm start` printed (DATA_DIR/demo.json). WORKSPACE_SLUG defaults to the
# workspace the PAT is pinned to. Exits 1 at the first answer that is not what the guide says.
set -euo pipefail

die() { printf '\nFAILED: %s\n' "$*" >&2; exit 1; }
for tool in curl jq; do
  command -v "$tool" >/dev/null || die "$tool is missing; install it (Debian: apt-get install $tool) and run again"
done

DEMO="${DATA_DIR:-$(dirname "$0")/../.data}/demo.json"
if [[ -z "${URL:-}" || -z "${PAT:-}" ]]; then
  [[ -r "$DEMO" ]] || die "no URL and PAT given, and no demo at $DEMO: run npm start first"
  URL="${URL:-$(jq -r .url "$DEMO")}"
  PAT="${PAT:-$(jq -r .pat.secret "$DEMO")}"
fi

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
CALLS="$WORK/calls" # one line per call with a token that was issued: request id, PAT id, status, what it was
: >"$CALLS"

step() { printf '\n\n=== %s\n' "$*"; }

# call <PAT id or - > <what> <expected status> <curl arguments ...>
# Prints the answer and remembers the call; BODY holds the body. "-" is a token that was never issued: no audit row.
call() {
  local pat_id="$1" what="$2" expected="$3" status
  shift 3
  status=$(curl -sS -o "$WORK/body" -D "$WORK/headers" -w '%{http_code}' "$@") || die "$what: no answer from $URL"
  BODY=$(cat "$WORK/body")
  REQUEST_ID=$(tr -d '\r' <"$WORK/headers" | awk 'tolower($1) == "x-request-id:" { print $2 }')
  printf '\n--- %s: %s\n' "$what" "$status"
  if [[ -n "$BODY" ]]; then jq . <<<"$BODY" || die "$what: the answer is not JSON"; fi
  [[ "$status" == "$expected" ]] || die "$what: expected $expected, got $status"
  [[ -n "$REQUEST_ID" ]] || die "$what: no X-Request-Id"
  if [[ "$pat_id" != - ]]; then remember "$pat_id" "$status" "$what"; fi
}
remember() { printf '%s %s\n' "$REQUEST_ID" "$*" >>"$CALLS"; }

# check <what> <jq filter> : the filter has to be true of BODY
check() {
  jq -e "${@:3}" "$2" <<<"$BODY" >/dev/null || die "$1"
  printf 'ok: %s\n' "$1"
}

step "1. Sign in and pick a workspace (here: the one the PAT is pinned to)"
call - "whose PAT is it" 200 "$URL/v1/introspect" -H "Authorization: Bearer $PAT"
PAT_ID=$(jq -r .principal.id <<<"$BODY")
remember "$PAT_ID" 200 "whose PAT is it"
WS="${WORKSPACE_SLUG:-$(jq -r '.principal.workspace_id as $id | .workspaces[] | select(.id == $id) | .slug' <<<"$BODY")}"
[[ -n "$WS" ]] || die "the PAT is pinned to no workspace; set WORKSPACE_SLUG"
call "$PAT_ID" "the workspace" 200 "$URL/v1/workspaces/$WS" -H "Authorization: Bearer $PAT"
check "the workspace is the one asked for" '.slug == $ws or .id == $ws' --arg ws "$WS"

step "2. Mint a Personal Access Token with the policy of the guide"
POLICY='[{"effect":"allow","actions":["workspace.audit.read","workspace.member.list"],"resources":["*"]}]'
mint() { # mint <name> <policy>
  call "$PAT_ID" "mint $1" 201 -X POST "$URL/v1/workspaces/$WS/api-keys" \
    -H "Authorization: Bearer $PAT" \
    -H "Content-Type: application/json" \
    -d "$(jq -n --arg name "$1" --argjson policy "$2" '{name: $name, policy: $policy}')"
  check "the secret has the shape pcft_live_<random>" '.secret | test("^pcft_live_[0-9A-Za-z]{36}$")'
}
mint "compliance exporter" "$POLICY"
NARROW=$(jq -r .secret <<<"$BODY") NARROW_ID=$(jq -r .id <<<"$BODY")

step "3. Verify the token and introspect its policy"
call "$NARROW_ID" "introspect" 200 "$URL/v1/introspect" \
  -H "Authorization: Bearer $NARROW"
check "the policy in the body is the one it was minted with" '.policy == $policy' --argjson policy "$POLICY"

call - "introspect with a malformed token" 401 "$URL/v1/introspect" -H "Authorization: Bearer pcft_live_..."
check "it says which error" '.error.code == "UNAUTHORIZED"'
LAST="${NARROW: -1}"
TAMPERED="${NARROW%?}$([[ "$LAST" == a ]] && echo b || echo a)"
call - "introspect with a tampered token" 401 "$URL/v1/introspect" -H "Authorization: Bearer $TAMPERED"
mint "short-lived" "$POLICY"
GONE=$(jq -r .secret <<<"$BODY") GONE_ID=$(jq -r .id <<<"$BODY")
call "$PAT_ID" "revoke it" 204 -X DELETE "$URL/v1/workspaces/$WS/api-keys/$GONE_ID" -H "Authorization: Bearer $PAT"
call "$GONE_ID" "introspect with the revoked token" 401 "$URL/v1/introspect" -H "Authorization: Bearer $GONE"
check "all three read alike" '.error.code == "UNAUTHORIZED"'

step "4. Provision a Heimdall app from CI: two services, one PAT"
SLUG="acme-staging-$(date +%s)-$RANDOM"
# 1. Create the Heimdall app
call "$PAT_ID" "create the app" 201 -X POST "$URL/v1/workspaces/$WS/apps" \
  -H "Authorization: Bearer $PAT" \
  -H "Content-Type: application/json" \
  -d '{"slug":"'"$SLUG"'","display_name":"Acme (staging)"}'
APP_ID=$(jq -r .id <<<"$BODY")
check "it has an id" '.id | startswith("app_")'
# 2. Mint an API key for the running service
call "$PAT_ID" "mint its API key" 201 -X POST "$URL/v1/apps/$APP_ID/api-keys" \
  -H "Authorization: Bearer $PAT" \
  -H "Content-Type: application/json" \
  -d '{"name":"staging-service"}'
check "it has a secret, for the service's secret store" '.secret | startswith("hk_live_")'
call "$PAT_ID" "the members, asked of the platform with the same PAT" 200 "$URL/v1/workspaces/$WS/members" \
  -H "Authorization: Bearer $PAT"

step "5. Tighten the policy"
call "$NARROW_ID" "create an app with the exporter's PAT" 403 -X POST "$URL/v1/workspaces/$WS/apps" \
  -H "Authorization: Bearer $NARROW" \
  -H "Content-Type: application/json" \
  -d '{"slug":"'"$SLUG"'-2","display_name":"Acme"}'
check "the 403 names the action that was missing" \
  '.error.details | any(.field == "policy" and (.reason | contains("heimdall.app.create")))'
grep -qi '^x-required-action: heimdall.app.create' "$WORK/headers" || die "no X-Required-Action header"
echo "ok: and so does the header X-Required-Action"

call "$PAT_ID" "create another app" 201 -X POST "$URL/v1/workspaces/$WS/apps" \
  -H "Authorization: Bearer $PAT" \
  -H "Content-Type: application/json" \
  -d '{"slug":"'"$SLUG"'-other","display_name":"Another app"}'
OTHER_ID=$(jq -r .id <<<"$BODY")
mint "one app only" '[{"effect":"allow","actions":["heimdall.*"],"resources":["pcft:heimdall:app/'"$APP_ID"'"]}]'
BOUND=$(jq -r .secret <<<"$BODY") BOUND_ID=$(jq -r .id <<<"$BODY")
call "$BOUND_ID" "the app it is bound to" 200 "$URL/v1/apps/$APP_ID" -H "Authorization: Bearer $BOUND"
call "$BOUND_ID" "another app" 403 "$URL/v1/apps/$OTHER_ID" -H "Authorization: Bearer $BOUND"
check "the 403 names the resource" '.error.details | any(.reason | contains($urn))' --arg urn "pcft:heimdall:app/$OTHER_ID"

step "6. Audit every PAT: one row for each call above whose token was ever issued, reads and denials included"
# rows <PAT id>: its audit rows, newest first, asked for with the exporter's PAT
rows() {
  curl -fsS "$URL/v1/workspaces/$WS/audit-logs?limit=100&pat_id=$1" -H "Authorization: Bearer $NARROW" ||
    die "the audit log cannot be read"
}
row_of() { # row_of <request id> <PAT id>
  rows "$2" | jq -c --arg id "$1" '[.data[] | select(.request_id == $id)]'
}
while read -r request_id pat_id status what; do
  # A row is visible within 2 s of its call.
  for _ in $(seq 20); do
    found=$(row_of "$request_id" "$pat_id")
    if [[ $(jq length <<<"$found") != 0 ]]; then break; fi
    sleep 0.1
  done
  [[ $(jq length <<<"$found") == 1 ]] || die "$what: $(jq length <<<"$found") audit rows instead of 1"
  jq -r '.[0] | [.pat_id, .ip_address, .outcome, (.status | tostring), .action, .resource // "-"] | @tsv' <<<"$found"
  jq -e --arg status "$status" '.[0] | (.ip_address | length > 0) and (.status | tostring) == $status
    and .outcome == (if .status < 400 then "success" else "denied" end)' <<<"$found" >/dev/null ||
    die "$what: its row does not tell what happened: $found"
  if [[ "$URL" =~ ^https?://(localhost|127\.0\.0\.1|\[::1\])(:|/|$) ]]; then
    jq -e '.[0].ip_address | . == "127.0.0.1" or . == "::1"' <<<"$found" >/dev/null || die "$what: not the caller's address"
  fi
done <"$CALLS"

# Tokens never expire by themselves: revoke them when the use case ends.
for id in "$BOUND_ID" "$NARROW_ID"; do
  curl -fsS -X DELETE "$URL/v1/workspaces/$WS/api-keys/$id" -H "Authorization: Bearer $PAT" || die "revoking $id"
done

printf '\n%s calls, each with its audit row. Everything is as the guide says.\n' "$(wc -l <"$CALLS" | tr -d ' ')"
