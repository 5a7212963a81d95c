-- Rows for what PostgreSQL has since 18.
INSERT INTO sevens (name) VALUES ('a'), ('');
INSERT INTO fours (name) VALUES ('a'), ('');
INSERT INTO virtual_columns (a) VALUES (1), (0), (-7);
INSERT INTO unenforced (size, author_id) VALUES (-1, 99), (1, 1);
INSERT INTO periods VALUES ('[1,2)', '[2024-01-01,2025-01-01)', 'a'), ('[1,2)', '[2025-01-01,)', ''),
  ('[5,9)', '(,)', NULL);
INSERT INTO stays (room, during) VALUES ('[1,2)', '[2024-06-01,2025-06-01)'), (NULL, NULL);
