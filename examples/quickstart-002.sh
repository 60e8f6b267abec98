#!/usr/bin/env bash
# Quick Start: the four steps of the guide with its own curl commands, every answer printed and compared field by field.
#
#   npm start                     # in another terminal
#   examples/quickstart-002.sh    # or: URL=http://localhost:8080 EMAIL=you@example.com examples/quickstart-002.sh
#
# Only the host, the address, the key and the organization id are filled in. URL defaults to the demo that `npm start`
# printed (DATA_DIR/demo.json), EMAIL to a new address. Exits 1 at the first answer that is not what the guide says.
set -euo pipefail

die() { printf '\nFAILED: %s\n' "$*" >&2; exit 1; }
for tool in curl jq; do
  command -v "$tool" >/dev/null || die "$tool is missing; install it (Debian: apt-get install $tool) and run again"
done

DEMO="${DATA_DIR:-$(dirname "$0")/../.data}/demo.json"
if [[ -z "${URL:-}" ]]; then
  [[ -r "$DEMO" ]] || die "no URL given, and no demo at $DEMO: run npm start first"
  URL=$(jq -r .url "$DEMO")
fi
EMAIL="${EMAIL:-quickstart-$(date +%s)-$RANDOM@example.com}"

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
cd "$WORK" # cookies.txt of the guide is made here

step() { printf '\n\n=== %s\n' "$*"; }

# call <what> <expected status> <curl arguments ...> : prints the answer; BODY holds it
call() {
  local what="$1" expected="$2" status
  shift 2
  status=$(curl -sS -o body -D headers -w '%{http_code}' "$@") || die "$what: no answer from $URL"
  BODY=$(cat body)
  printf '\n--- %s: %s\n' "$what" "$status"
  # A key is shown once, to whoever stores it; not to a terminal's history.
  jq 'if .data.key? then .data.key |= .[:3] + "..." else . end' <<<"$BODY" || die "$what: the answer is not JSON"
  [[ "$status" == "$expected" ]] || die "$what: expected $expected, got $status"
}

# check <what> <jq filter> [jq arguments] : the filter has to be true of BODY
check() {
  jq -e "${@:3}" "$2" <<<"$BODY" >/dev/null || die "$1"
  printf 'ok: %s\n' "$1"
}
# envelope <message> : the four fields around the data, in the guide's order
envelope() {
  check "the envelope says \"$1\"" \
    '(keys_unsorted | .[:5]) == ["success", "status", "code", "message", "data"]
     and .success == true and .status == 200 and .code == "OK" and .message == $message' --arg message "$1"
}
BARE='test("^[0-7][0-9A-HJKMNP-TV-Z]{25}$")'
TIME='test("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$")'

step "1. Create an account"
call "sign up" 200 -X POST "$URL/api/auth/sign-up/email" \
  -H "Content-Type: application/json" \
  -d '{
"email": "'"$EMAIL"'",
"password": "a-long-secure-passphrase",
"name": "Your Name"
}'
check "the account is made" '.success == true and .data.email == $email' --arg email "$EMAIL"

step "2. Sign in and capture the session cookie"
# -c saves cookies, -b sends them back on later calls
call "sign in" 200 -X POST "$URL/api/auth/sign-in/email" \
  -H "Content-Type: application/json" \
  -c cookies.txt \
  -d '{
"email": "'"$EMAIL"'",
"password": "a-long-secure-passphrase"
}'
grep -qi '^set-cookie:' headers || die "sign in: no Set-Cookie"
call "an account route, by the cookie sent back" 200 "$URL/api/user/me" -b cookies.txt
envelope "User fetched successfully"

step "3. Issue a Personal Access Token"
call "create the key" 200 -X POST "$URL/api/auth/api-key/create" \
  -H "Content-Type: application/json" \
  -b cookies.txt \
  -d '{
"name": "CI deploy bot",
"expiresIn": 2592000,
"scopes": ["user:read", "projects:read", "projects:write"]
}'
envelope "API key created"
check "id, name, key, scopes, expiresAt, and nothing else" \
  '(.data | keys_unsorted) == ["id", "name", "key", "scopes", "expiresAt"]'
check "the id begins ak_" '.data.id | test("^ak_[0-9A-Z]{26}$")'
check "the name is CI deploy bot" '.data.name == "CI deploy bot"'
check "the key begins ba_" '.data.key | test("^ba_[0-9A-Za-z]{36}$")'
check "the scopes are those asked for" '.data.scopes == ["user:read", "projects:read", "projects:write"]'
check "it expires in 30 days" \
  "(.data.expiresAt | $TIME)"' and (.data.expiresAt[:19] + "Z" | fromdate - now - 2592000 | fabs) < 120'
KEY=$(jq -r .data.key <<<"$BODY") KEY_ID=$(jq -r .data.id <<<"$BODY")
call "the key is not retrievable afterwards" 200 "$URL/api/auth/api-key/$KEY_ID" -b cookies.txt
check "the answer holds no key" '(.data | has("key") | not) and (tostring | contains($key) | not)' --arg key "$KEY"

step "4. Call an authenticated endpoint"
# Account route: no organization id required
call "who am I" 200 "$URL/api/user/me" \
  -H "X-Api-Key: $KEY"
envelope "User fetched successfully"
check "the twelve fields, in the guide's order" '(.data | keys_unsorted) == ["id", "email", "fullName", "handle",
  "isVerified", "verifiedAt", "isActive", "lastLoginAt", "role", "organizationCount", "createdAt", "updatedAt"]'
check "id is a bare ULID" ".data.id | $BARE"
check "email is the address" '.data.email == $email' --arg email "$EMAIL"
check "fullName is Your Name" '.data.fullName == "Your Name"'
check "handle begins yourname" '.data.handle | test("^yourname[a-z0-9]*$")'
check "isVerified agrees with verifiedAt" \
  ".data | if .isVerified then (.verifiedAt | $TIME) else .verifiedAt == null end"
check "isActive" '.data.isActive == true'
check "lastLoginAt, createdAt and updatedAt are times" ".data | [.lastLoginAt, .createdAt, .updatedAt] | all($TIME)"
check "role is user" '.data.role == "user"'
check "organizationCount is 1: the default organization" '.data.organizationCount == 1'

call "my organizations" 200 "$URL/api/user/organizations" -H "X-Api-Key: $KEY"
envelope "Organizations fetched successfully"
check "one, of which I am the owner" '.meta.pagination.total == 1 and .data[0].role == "owner"'
# Tenant route: substitute the organization id you fetched earlier
ORG_ID=$(jq -r '.data[0].id' <<<"$BODY")
check "its id is a bare ULID" ".data[0].id | $BARE"
call "its projects" 200 "$URL/api/user/organizations/${ORG_ID}/projects" \
  -H "X-Api-Key: $KEY"
envelope "Projects fetched successfully"
check "there are none yet" \
  '.data == [] and .meta.pagination == {"total": 0, "limit": 20, "offset": 0, "hasMore": false}'

step "Best practices: what the guide says of 401 and 403"
call "a key that was mistyped" 401 "$URL/api/user/me" -H "X-Api-Key: ba_AbCdEf0123456789XyZ..."
check "INVALID_API_KEY" '.success == false and .status == 401 and .code == "INVALID_API_KEY"'
call "no credential" 401 "$URL/api/user/me"
check "AUTHENTICATION_REQUIRED" '.code == "AUTHENTICATION_REQUIRED"'
call "a scope that was left out" 403 "$URL/api/user/organizations/${ORG_ID}/members" -H "X-Api-Key: $KEY"
check "API_KEY_MISSING_SCOPES" '.code == "API_KEY_MISSING_SCOPES"'
call "an organization that is not mine" 403 "$URL/api/user/organizations/01HZ3K5R4X9Y2V6QF8TJ7W0CDN/projects" \
  -H "X-Api-Key: $KEY"
check "FORBIDDEN" '.code == "FORBIDDEN"'
call "create a key pinned to the organization" 200 -X POST "$URL/api/auth/api-key/create" \
  -H "Content-Type: application/json" \
  -b cookies.txt \
  -d '{"name": "pinned", "scopes": ["projects:read"], "metadata": {"organizationId": "'"$ORG_ID"'"}}'
PINNED=$(jq -r .data.key <<<"$BODY")
call "its own organization" 200 "$URL/api/user/organizations/${ORG_ID}/projects" -H "X-Api-Key: $PINNED"
call "another organization" 403 "$URL/api/user/organizations/01HZ3K5R4X9Y2V6QF8TJ7W0CDN/projects" \
  -H "X-Api-Key: $PINNED"
check "FORBIDDEN" '.code == "FORBIDDEN"'

printf '\nEverything is as the guide says.\n'
