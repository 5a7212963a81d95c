-- Which columns does each relation have?
-- In psql: \set schemas '\'{public}\'' and \set partitions false
-- An empty text stands for that of a table that was dropped since the transaction began.
-- Only a generation expression can mention columns: a default is read faster without them.
SELECT
  a.attrelid AS relation,
  a.attnum,
  a.attname AS name,
  a.atttypid AS type,
  a.atttypmod AS typmod,
  a.attndims AS dimensions,
  a.attnotnull AS not_null,
  a.attidentity AS identity,
  a.attgenerated AS generated,
  CASE WHEN d.oid IS NOT NULL THEN COALESCE(
    pg_get_expr(d.adbin, CASE WHEN a.attgenerated = '' THEN 0 ELSE d.adrelid END), ''
  ) END AS "default",
  CASE WHEN cn.nspname = 'pg_catalog' THEN co.collname
    ELSE cn.nspname || '.' || co.collname END AS collation
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation AS co
  ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN pg_catalog.pg_namespace AS cn ON cn.oid = co.collnamespace
WHERE c.relnamespace IN (
    SELECT n.oid FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname = ANY (CAST(:schemas AS name[]))
  )
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (NOT c.relispartition OR CAST(:partitions AS boolean))
  AND a.attnum > 0
  AND NOT a.attisdropped
