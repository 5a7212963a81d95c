-- What tells this server from all others?
SELECT CAST(s.system_identifier AS text) AS system_identifier
FROM pg_catalog.pg_control_system() AS s
