-- What is in each of some schemas, as one digest: which of them are alike?
-- In psql: \set schemas '\'{tenant_a,tenant_b}\''
-- The name of a schema does not count where its own objects are named. Attribute numbers do, so
-- schemas that are alike may have different digests, never the other way round.
WITH tenants AS (
  SELECT n.oid, n.nspname, quote_ident(n.nspname) || '.' AS prefix
  FROM pg_catalog.pg_namespace AS n
  WHERE n.nspname = ANY (CAST(:schemas AS name[]))
), relations AS (
  SELECT c.oid, c.relnamespace AS tenant, c.relname, c.relkind, t.prefix, c.relrowsecurity,
    c.relispartition
  FROM pg_catalog.pg_class AS c
  JOIN tenants AS t ON t.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
), lines AS (
  SELECT r.tenant, json_build_array(
    'relation', r.relname, r.relkind, r.relrowsecurity, r.relispartition,
    has_schema_privilege(r.tenant, 'USAGE'),
    r.relkind <> 'c' AND has_table_privilege(r.oid, 'SELECT'),
    r.relkind <> 'c' AND has_table_privilege(r.oid, 'INSERT'),
    r.relkind <> 'c' AND has_table_privilege(r.oid, 'UPDATE')
  ) AS line
  FROM relations AS r
  UNION ALL
  SELECT r.tenant, json_build_array(
    'column', r.relname, a.attname, a.attnum, NULLIF(y.typnamespace, r.tenant), y.typname,
    a.atttypmod, a.attndims, a.attnotnull, a.attidentity, a.attgenerated, o.collname,
    NULLIF(o.collnamespace, r.tenant), CAST(a.attacl AS text),
    replace(pg_get_expr(d.adbin, d.adrelid), r.prefix, '')
  )
  FROM relations AS r
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_collation AS o ON o.oid = a.attcollation
  LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  UNION ALL
  SELECT t.oid, json_build_array(
    'constraint', r.relname, y.typname, NULLIF(f.relnamespace, t.oid), f.relname,
    replace(pg_get_expr(k.conbin, k.conrelid), t.prefix, ''),
    to_jsonb(k) - CAST('{oid,connamespace,conrelid,contypid,conindid,conparentid,confrelid,conbin,'
      'conpfeqop,conppeqop,conffeqop,conexclop}' AS text[])
  )
  FROM pg_catalog.pg_constraint AS k
  JOIN tenants AS t ON t.oid = k.connamespace
  LEFT JOIN relations AS r ON r.oid = k.conrelid
  LEFT JOIN pg_catalog.pg_type AS y ON y.oid = k.contypid
  LEFT JOIN pg_catalog.pg_class AS f ON f.oid = k.confrelid
  WHERE k.contype NOT IN ('n', 't')
  UNION ALL
  SELECT r.tenant, json_build_array(
    'index', r.relname, x.relname, m.amname,
    CASE WHEN 0 = ANY (i.indkey) THEN replace(pg_get_indexdef(i.indexrelid), r.prefix, '') END,
    replace(pg_get_expr(i.indpred, i.indrelid), r.prefix, ''),
    to_jsonb(i) - CAST('{indexrelid,indrelid,indexprs,indpred,indcheckxmin,indisclustered}' AS text[])
  )
  FROM relations AS r
  JOIN pg_catalog.pg_index AS i ON i.indrelid = r.oid
  JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
  JOIN pg_catalog.pg_am AS m ON m.oid = x.relam
  UNION ALL
  SELECT r.tenant, json_build_array(
    'trigger', r.relname, g.tgname, g.tgtype, g.tgenabled, CAST(g.tgattr AS text),
    encode(g.tgargs, 'hex'), NULLIF(p.pronamespace, r.tenant), p.proname,
    replace(p.prosrc, r.prefix, '')
  )
  FROM relations AS r
  JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = r.oid AND NOT g.tgisinternal
  JOIN pg_catalog.pg_proc AS p ON p.oid = g.tgfoid
  UNION ALL
  SELECT r.tenant, json_build_array('rule', r.relname, w.rulename)
  FROM relations AS r
  JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = r.oid
  UNION ALL
  SELECT r.tenant, json_build_array(
    'parent', r.relname, NULLIF(p.relnamespace, r.tenant), p.relname
  )
  FROM relations AS r
  JOIN pg_catalog.pg_inherits AS h ON h.inhrelid = r.oid
  JOIN pg_catalog.pg_class AS p ON p.oid = h.inhparent
  UNION ALL
  SELECT t.oid, json_build_array(
    'type', y.typname, y.typtype, y.typnotnull, y.typtypmod, NULLIF(b.typnamespace, t.oid),
    b.typname, replace(pg_get_expr(y.typdefaultbin, 0), t.prefix, ''), NULLIF(s.typnamespace, t.oid),
    s.typname, (
      SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder)
      FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = y.oid
    )
  )
  FROM tenants AS t
  JOIN pg_catalog.pg_type AS y ON y.typnamespace = t.oid AND y.typtype IN ('e', 'd', 'r')
  LEFT JOIN pg_catalog.pg_type AS b ON b.oid = y.typbasetype
  LEFT JOIN pg_catalog.pg_range AS g ON g.rngtypid = y.oid
  LEFT JOIN pg_catalog.pg_type AS s ON s.oid = g.rngsubtype
)
SELECT
  t.nspname AS schema,
  encode(sha256(convert_to(coalesce(l.content, ''), 'UTF8')), 'hex') AS digest
FROM tenants AS t
LEFT JOIN (
  SELECT tenant, string_agg(CAST(line AS text), E'\n' ORDER BY CAST(line AS text) COLLATE "C")
    AS content
  FROM lines
  GROUP BY tenant
) AS l ON l.tenant = t.oid
