-- What is each of the wanted tables, and each of their partitions?
-- In psql: \set schemas '\'{public}\'' and \set names '\'{orders}\''
WITH RECURSIVE wanted AS (
  SELECT c.oid
  FROM unnest(CAST(:schemas AS text[]), CAST(:names AS text[])) AS w (schema, name)
  JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
  JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.name
  WHERE c.relkind IN ('r', 'p')
), found AS (
  SELECT wanted.oid FROM wanted
  UNION
  SELECT h.inhrelid
  FROM found
  JOIN pg_catalog.pg_inherits AS h ON h.inhparent = found.oid
  JOIN pg_catalog.pg_class AS p ON p.oid = h.inhrelid AND p.relispartition
)
SELECT
  c.oid,
  n.nspname AS schema,
  c.relname AS name,
  c.relpersistence AS persistence,
  am.amname AS access_method,
  s.spcname AS tablespace,
  c.reloptions AS options,
  t.reloptions AS toast_options,
  CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
  CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS bound,
  pn.schemas AS parent_schemas,
  pn.names AS parent_names,
  c.relispartition AS is_partition,
  CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS of_type,
  c.relreplident AS replica_identity,
  c.relrowsecurity AS row_security,
  c.relforcerowsecurity AS force_row_security
FROM found
JOIN pg_catalog.pg_class AS c ON c.oid = found.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_am AS am ON am.oid = c.relam
LEFT JOIN pg_catalog.pg_tablespace AS s ON s.oid = c.reltablespace
LEFT JOIN pg_catalog.pg_class AS t ON t.oid = c.reltoastrelid
CROSS JOIN LATERAL (
  SELECT
    array_agg(CAST(hn.nspname AS text) ORDER BY h.inhseqno) AS schemas,
    array_agg(CAST(hc.relname AS text) ORDER BY h.inhseqno) AS names
  FROM pg_catalog.pg_inherits AS h
  JOIN pg_catalog.pg_class AS hc ON hc.oid = h.inhparent
  JOIN pg_catalog.pg_namespace AS hn ON hn.oid = hc.relnamespace
  WHERE h.inhrelid = c.oid
) AS pn
