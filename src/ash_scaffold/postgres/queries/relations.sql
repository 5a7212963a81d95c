-- Which relations are there, and what may the role do with them?
-- In psql: \set schemas '\'{public}\'' and \set partitions false
-- `events` are the bits of pg_relation_is_updatable: 4 update, 8 insert. It fails on a foreign
-- table whose wrapper has no handler, as those of dumps; that of postgres_fdw goes by options.
SELECT
  c.oid,
  n.nspname AS schema,
  c.relname AS name,
  c.relkind AS kind,
  c.relispartition AS is_partition,
  c.relrowsecurity AS row_security,
  c.relispopulated AS is_populated,
  EXISTS (
    SELECT FROM pg_catalog.pg_depend AS e
    WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'
  ) AS of_extension,
  has_schema_privilege(n.oid, 'USAGE') AS schema_usable,
  has_table_privilege(c.oid, 'SELECT') AS may_select,
  has_any_column_privilege(c.oid, 'INSERT') AS may_insert,
  has_any_column_privilege(c.oid, 'UPDATE') AS may_update,
  CASE
    WHEN c.relkind = 'v' THEN pg_relation_is_updatable(c.oid, true)
    WHEN c.relkind = 'f' AND EXISTS (
      SELECT FROM pg_catalog.pg_foreign_table AS ft
      JOIN pg_catalog.pg_foreign_server AS fs ON fs.oid = ft.ftserver
      JOIN pg_catalog.pg_foreign_data_wrapper AS fw ON fw.oid = fs.srvfdw
      WHERE ft.ftrelid = c.oid AND fw.fdwhandler <> 0
    ) THEN pg_relation_is_updatable(c.oid, true)
    WHEN c.relkind = 'f' THEN (
      SELECT CASE WHEN fw.fdwname <> 'postgres_fdw' OR lower(COALESCE(
        (SELECT o.option_value FROM pg_catalog.pg_options_to_table(ft.ftoptions) AS o
         WHERE o.option_name = 'updatable'),
        (SELECT o.option_value FROM pg_catalog.pg_options_to_table(fs.srvoptions) AS o
         WHERE o.option_name = 'updatable'),
        'true'
      )) IN ('false', 'off', '0', 'no') THEN 0 ELSE 28 END
      FROM pg_catalog.pg_foreign_table AS ft
      JOIN pg_catalog.pg_foreign_server AS fs ON fs.oid = ft.ftserver
      JOIN pg_catalog.pg_foreign_data_wrapper AS fw ON fw.oid = fs.srvfdw
      WHERE ft.ftrelid = c.oid
    )
    WHEN c.relkind = 'm' THEN 0
  END AS events
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relnamespace IN (
    SELECT n.oid FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname = ANY (CAST(:schemas AS name[]))
  )
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (NOT c.relispartition OR CAST(:partitions AS boolean))
