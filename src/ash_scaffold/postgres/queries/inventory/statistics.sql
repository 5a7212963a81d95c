-- What are the extended statistics of the tables?
-- In psql: \set relations '\'{16384}\''
SELECT
  s.oid,
  s.stxrelid AS relation,
  n.nspname AS schema,
  s.stxname AS name,
  pg_get_statisticsobjdef(s.oid) AS definition,
  NULLIF(s.stxstattarget, -1) AS target
FROM pg_catalog.pg_statistic_ext AS s
JOIN pg_catalog.pg_namespace AS n ON n.oid = s.stxnamespace
WHERE s.stxrelid = ANY (CAST(:relations AS oid[]))
ORDER BY s.stxrelid, n.nspname, s.stxname
