-- Which constraints have domains?
-- In psql: \set objects '\'{16384}\''
-- Those that forbid NULL exist since 17: the type itself says so.
SELECT k.contypid AS type, k.oid, k.conname AS name, pg_get_constraintdef(k.oid) AS definition
FROM pg_catalog.pg_constraint AS k
WHERE k.contypid = ANY (CAST(:objects AS oid[]))
  AND k.contype = 'c'
ORDER BY k.contypid, k.conname
