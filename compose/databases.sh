#!/bin/bash
# A database and a role for each service, made once, when the volume is new. No role may enter another's database.
set -euo pipefail
for service in membership billing abuse gateway; do
    password="$(cat "/run/coopmesh/${service^^}_PASSWORD")"
    psql -v ON_ERROR_STOP=1 -U postgres -d postgres -v service="$service" -v password="$password" <<'SQL'
create role :"service" login password :'password';
create database :"service" owner :"service";
revoke all on database :"service" from public;
SQL
done
