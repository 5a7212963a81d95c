-- Rows for what PostgreSQL has since 15.
INSERT INTO one_null (code, name, gone) VALUES (NULL, NULL, false), ('', NULL, true), ('a', '', true);
INSERT INTO partly_nullified (tenant_id, number) VALUES (1, 2), (1, NULL);
