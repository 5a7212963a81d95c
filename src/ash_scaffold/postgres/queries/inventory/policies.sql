-- What is each policy of the tables?
-- In psql: \set relations '\'{16384}\''
SELECT
  p.oid,
  p.polrelid AS relation,
  p.polname AS name,
  p.polcmd AS command,
  p.polpermissive AS permissive,
  ARRAY(
    SELECT CAST(COALESCE(r.rolname, 'public') AS text)
    FROM unnest(p.polroles) AS role (oid)
    LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = role.oid
    ORDER BY 1
  ) AS roles,
  p.polroles = '{0}' AS for_everybody,
  pg_get_expr(p.polqual, p.polrelid) AS "using",
  pg_get_expr(p.polwithcheck, p.polrelid) AS with_check
FROM pg_catalog.pg_policy AS p
WHERE p.polrelid = ANY (CAST(:relations AS oid[]))
ORDER BY p.polrelid, p.polname
