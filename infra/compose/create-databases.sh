#!/bin/bash
# Run once by the postgres image, on an empty volume: per database an owner role, which migrates, and a runtime role,
# which gets its tables from the migrations runner. As infra/databases/provision-databases.ts does on a laptop.
set -euo pipefail

for name in platform heimdall_admin tokens audit projects; do
  password="DATABASE_PASSWORD_${name^^}"
  owner_password="DATABASE_PASSWORD_${name^^}_OWNER"
  psql --no-psqlrc --set ON_ERROR_STOP=1 --username postgres \
    --set name="$name" --set owner="${name}_owner" \
    --set password="${!password}" --set owner_password="${!owner_password}" <<'SQL'
CREATE ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'owner_password';
CREATE ROLE :"name" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"owner";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"name" TO :"name";
SQL
done
