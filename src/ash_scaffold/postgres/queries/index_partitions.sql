-- Which indexes are partitions of which?
SELECT h.inhparent AS parent, h.inhrelid AS oid, c.relname AS name
FROM pg_catalog.pg_inherits AS h
JOIN pg_catalog.pg_class AS c ON c.oid = h.inhrelid
WHERE c.relkind IN ('i', 'I')
