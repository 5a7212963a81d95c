-- Which server and database is this, and may the role ask for the server's identity?
SELECT
  CAST(current_setting('server_version_num') AS integer) AS server_version,
  current_database() AS name,
  d.oid AS database_oid,
  has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS identity_permitted
FROM pg_catalog.pg_database AS d
WHERE d.datname = current_database()
