#!/bin/sh
# The role that the app connects as: it owns nothing. Runs once, when the database is made.
psql --set ON_ERROR_STOP=1 --set password="$POSTGRES_APP_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE anhuan_app LOGIN PASSWORD :'password';
SQL
