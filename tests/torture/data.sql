-- Rows for every table of the torture schema: several each, with the edge values of its types.
INSERT INTO schema_migrations VALUES (20240101000000, '2024-01-01');
INSERT INTO defaults DEFAULT VALUES;
INSERT INTO defaults DEFAULT VALUES;
INSERT INTO defaults (flag, flag_off, whole, lowest, negative, ratio, thin_ratio, precise, price,
  blank, padded, quoted, code, state, blank_state, tags, numbers, states, settings, list, nested,
  public_id, ticket, made_on, made_at, ends_at, fixed_day, fixed_time, who, pause, mask, content,
  two, shouted)
VALUES (false, NULL, 2147483647, 9223372036854775807, -32768, 1.7976931348623157e308, 3.4028235e38,
  -99999999999999999999999999999.000000000000000000001, -9999999999.99, ' ', '', E'\n', '',
  'Ünï', 'when', '{"", " a ", NULL, "NULL", "\"{,}\""}', '{2147483647, -2147483648}', '{NULL, ""}',
  '[1, "x", null]', '"text"', '{"": {"a": [[], {}]}}', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 0,
  '0001-01-01', '9999-12-31 23:59:59.999999+00', '0001-01-01 00:00:00.000001+00', NULL,
  '9999-12-31 23:59:59', '名前 😀', '-1 year 2 mons -3 days 04:05:06.789', B'000', '', -2147483648, NULL);
INSERT INTO computed (price, quantity) VALUES (1.5, 2), (0, -2147483648), (-0.000001, 1);
INSERT INTO identity_always (name) VALUES (' a '), (''), (NULL);
INSERT INTO identity_by_default VALUES (-32768, 'a'), (32767, '');
INSERT INTO identity_by_default (name) VALUES ('b');
INSERT INTO identity_beside_key (code) VALUES (''), (' '), ('Ünï');
INSERT INTO small_serials (name) VALUES (''), ('  padded  '), (NULL);
INSERT INTO serials (name) VALUES (''), ('  padded  '), (NULL);
INSERT INTO big_serials (id, name) VALUES (9223372036854775807, ''), (-1, E'\t'), (0, NULL);
INSERT INTO kept_timestamps (note, inserted_at, updated_at)
VALUES ('', '2024-01-01', '2024-01-02'), ('b', '0001-01-01', '9999-12-31 23:59:59');
INSERT INTO nullable_timestamps (note, created_at, updated_at)
VALUES ('a', NULL, NULL), ('b', '2024-01-01 00:00:00.000001+02', '2024-02-29');

INSERT INTO composite_keys VALUES (1, 1, 'a'), (1, 2, ''), (2, 1, NULL), (-1, 2147483647, 'x');
INSERT INTO odd_named_keys (name) VALUES ('a'), ('');
INSERT INTO text_keys VALUES ('', 'blank'), (' ', 'space'), (' a ', 'padded'), ('A', ''), ('a', NULL);
INSERT INTO uuid_keys VALUES ('00000000-0000-0000-0000-000000000000', ''),
  ('ffffffff-ffff-ffff-ffff-ffffffffffff', NULL);
INSERT INTO random_uuid_keys (name) VALUES ('a'), ('');
INSERT INTO dated_keys VALUES ('0001-01-01', 'a'), ('9999-12-31', '');
INSERT INTO padded_keys VALUES ('a', 'one'), ('abcd', 'four'), ('', 'none');
INSERT INTO numeric_keys VALUES (1, 'a'), (9999999999, 'b'), (-9999999999, 'c');
INSERT INTO enum_keys VALUES ('', '', 'blank'), ('b c', 'de', 'x'), ('Ünï', ' ', NULL);
INSERT INTO late_keys VALUES (1, 'a'), (-2147483648, 'b');
INSERT INTO lazy_keys VALUES (1, 'a'), (2147483647, 'b');
INSERT INTO impostor_keys (code) VALUES ('a'), (''), (NULL);
INSERT INTO no_keys VALUES ('a', 1), ('a', 1), (NULL, NULL);
INSERT INTO unique_instead_of_key VALUES (1, '', 'a'), (1, ' ', 'b'), (2, '', NULL);
INSERT INTO partial_instead_of_key VALUES (1, false), (1, true), (1, true), (2, false);
INSERT INTO nullable_instead_of_key VALUES (1, 'a'), (2, ''), (NULL, 'c'), (NULL, 'c');

INSERT INTO uniques (email, name, slug, state, priority, ratio, amount, flag, mood, payload, deleted_at)
VALUES ('a@b.c', 'one', 'a-1', 'open', 1, 0.1, 1.50, false, 'happy', '{"key": "1"}', NULL),
  ('', '', '', 'b c', -1, 0.2, -9999.99, true, 'b c', '[]', NULL),
  (' A@b.c', 'one', 'b', 'closed', 7, -1e-300, 9999.99, true, '', '"x"', '2024-01-01'),
  (NULL, 'three', 'a-3', 'it''s', 9, 5e-324, 3, false, NULL, '{"key": null}', '2024-01-01'),
  ('x', 'Four', NULL, 'closed', NULL, NULL, NULL, true, 'happy', NULL, NULL);
INSERT INTO a_table_whose_name_takes_all_of_the_sixty_three_bytes_there_are
VALUES (1, 'a', 'b', NULL), (2, '', '', 1), (3, NULL, NULL, 1);

INSERT INTO authors (name, migration) VALUES ('Ann', 20240101000000), ('', NULL), (' Ünï ', NULL), ('Free', NULL);
INSERT INTO author_profiles VALUES (1, 'x'), (2, NULL);
INSERT INTO books (title, author_id, editor_id, translator) VALUES ('a', 1, 2, 3), ('', 1, NULL, NULL), ('c', 2, 2, 2);
INSERT INTO loans (book_id) VALUES (1), (1), (2);
INSERT INTO fines (loan_id) VALUES (1), (2), (NULL);
INSERT INTO categories (name, parent_id) VALUES ('a', NULL), ('b', 1), ('', 1), ('d', 2);
INSERT INTO employees (name, manager_id, mentor_id) VALUES ('a', NULL, NULL), ('b', 1, 1), ('c', 1, 2), ('d', 4, 4);
INSERT INTO countries (iso, name, number) VALUES ('de', 'Germany', 49), ('a', '', -32768), ('', ' x', 32767);
INSERT INTO cities (iso, country_name, country_number, numeric_key_id)
VALUES ('de', 'Germany', 49, 1), ('a', '', -32768, NULL), (NULL, NULL, NULL, NULL), ('', ' x', 32767, 1);
INSERT INTO billing.invoices (author_id, tenant, number, swapped_number, swapped_tenant)
VALUES (1, 1, 1, 2, 1), (NULL, NULL, NULL, 1, NULL), (2, 2, 1, 2147483647, -1);
INSERT INTO late_children (immediate_id, deferred_id) VALUES (1, 1), (2, NULL), (NULL, NULL);
INSERT INTO fallbacks (author_id, unvalidated_id) VALUES (1, 2), (2, NULL), (NULL, NULL);
INSERT INTO "Odd.Schema #{1}"."user's" ("author's id") VALUES (1), (NULL);
INSERT INTO genres (name) VALUES ('a'), ('b');
INSERT INTO books_genres VALUES (1, 1), (1, 2), (2, 1);
INSERT INTO friendships VALUES (1, 2), (2, 1), (1, 1), (3, 1);
INSERT INTO books_readers (book_id, reader_id, inserted_at, updated_at)
VALUES (1, 1, '2024-01-01 00:00:00.000001', '2024-01-01'), (1, 2, '2024-01-01', '2024-01-01');
INSERT INTO books_shelves VALUES (1, 1), (1, 2), (2, 1);
INSERT INTO reviews VALUES (1, 1, 5), (1, 2, -1), (2, 1, 0);
INSERT INTO crowded (author, author_id, author_author, as_id, calculations_id, fragment_id, not_id,
  nil_id, do_id, when_id, "false", "Author-Id", "a.b")
VALUES ('a', 1, 'b', 2, 3, 1, 2, 3, 1, 2, 3, 1, 2),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

INSERT INTO checks (low, high, middle, state, name, count, few, code, settings)
VALUES (1, 499, NULL, 'it''s', ' x', 1, 99, 'A', '{}'),
  (1, 2, 1, 'open', 'x', NULL, NULL, 'ABCDEFGHIJ', '{"a": null}');
INSERT INTO bookings (room, during, cancelled, note)
VALUES ('[1,5)', '[2020-01-01,2020-01-02)', false, 'a'), ('[5,)', '[2020-01-01 00:00:00.000001+00,)', false, 'b'),
  ('[1,5)', '(,)', true, ''), ('empty', 'empty', false, NULL);

INSERT INTO "camelCase" ("createdAt", created_at, "CreatedAt", "isActive", "URLValue")
VALUES (now(), '2024-01-01', NULL, true, 'a'), (NULL, NULL, '0001-01-01 00:00+00', false, 'a'), (NULL, NULL, NULL, true, '');
INSERT INTO reserved ("active?", "save!", "_-1d", "when", "as", "calculations", "and", "or", "not",
  "in", "true", "false", "nil", "fragment", "fn", "ref", "*")
VALUES (true, 'a', '', 2, 'x', ' ', 1, 1, false, 1, true, NULL, 'n', 'f', 'x', 'a"b #{c}', '*'),
  (false, '', ' ', 3, 'x', '', 1, 1, true, 1, false, true, NULL, NULL, NULL, 'r', ''),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO hostile ("a b", "a-b", a_b, "a.b", "A_B", "it's", "#{System.halt()}", "back\slash", "new
line", "名前", "😀", " ")
VALUES ('#{1}', '"""', E'\\', E'a\nb', '''', 'x', E'\t', 'x\y', 'a', '名前 😀', U&'\202E', ''),
  ('', ' ', '  x  ', E'\r\n', 'nil', 'y', '\x00', 'x\y', 'b', '名', U&'\FEFF', '  ');
INSERT INTO "table with spaces" (name) VALUES ('a'), ('');
INSERT INTO "dotted.name" (name) VALUES ('a'), ('');
INSERT INTO "public.looks_qualified" VALUES (1), (2);
INSERT INTO "../../escape" VALUES (1), (2);
INSERT INTO "/etc/passwd" VALUES (1), (2);
INSERT INTO "quo""ted" VALUES (1), (2);
INSERT INTO "#{injected}" (name) VALUES ('a'), ('');
INSERT INTO "new
line" (name) VALUES ('a'), ('');
INSERT INTO "back\slash" (name) VALUES ('a'), ('');
INSERT INTO U&"right\202Eleft" VALUES (1), (2);
INSERT INTO "😀" (name) VALUES ('a'), ('😀');
INSERT INTO "名前" VALUES (1), (2);
INSERT INTO con VALUES (1), (2);
INSERT INTO "1st_table" VALUES (1), (2);
INSERT INTO "select" ("from") VALUES ('a'), ('');
INSERT INTO "domain" (resource) VALUES ('a'), ('');
INSERT INTO types (name) VALUES ('a'), ('');
INSERT INTO repo (name) VALUES ('a'), ('');
INSERT INTO schema ("table") VALUES ('a'), ('');
INSERT INTO "__" VALUES (1), (2);
INSERT INTO person (name) VALUES ('a'), ('');
INSERT INTO people (person_id) VALUES (1), (NULL);
INSERT INTO "Person" (people_id) VALUES (1), (NULL);
INSERT INTO users (name) VALUES ('a'), ('');
INSERT INTO "user" (users_id) VALUES (1), (NULL);
INSERT INTO billing.users (user_id) VALUES (1), (NULL);
INSERT INTO "Odd.Schema #{1}".users (user_id) VALUES (1), (NULL);
INSERT INTO users_accounts (user_id) VALUES (1), (1);
INSERT INTO user_accounts (user_id) VALUES (1), (NULL);

INSERT INTO stations (name) VALUES ('a'), ('');
INSERT INTO events (id, day, kind, code, station_id) VALUES
  (1, '2024-06-01', 'a', 'x', 1), (2, '2024-06-01', 'b', 'x', NULL), (3, '2030-01-01', '', '', 2),
  (4, '2024-06-01', 'a', 'y', NULL), (5, '2024-06-02', 'c', NULL, 1);
INSERT INTO event_notes (event_id, event_day, event_kind, body)
VALUES (1, '2024-06-01', 'a', 'x'), (2, '2024-06-01', 'b', ''), (3, NULL, '', NULL);
INSERT INTO event_logs (event_id, event_day, event_kind) VALUES (1, '2024-06-01', 'a'), (4, '2024-06-01', 'a');
INSERT INTO notes_in_a_table_whose_name_is_long_äöü
  (the_number_of_the_event_äöü, the_day_of_the_event, the_kind_of_the_event)
VALUES (3, '2030-01-01', ''), (NULL, NULL, NULL);
INSERT INTO hashed (id, event_id, event_day, event_kind, name) VALUES
  ('00000000-0000-0000-0000-000000000000', 5, '2024-06-02', 'c', 'a'),
  ('00000000-0000-0000-0000-000000000001', NULL, NULL, NULL, ''),
  ('00000000-0000-0000-0000-000000000002', NULL, NULL, NULL, ''),
  ('00000000-0000-0000-0000-000000000003', NULL, NULL, NULL, NULL);
INSERT INTO hashed_children (hashed_id) SELECT id FROM hashed WHERE name <> 'a';
INSERT INTO vehicles (name) VALUES ('bike'), ('');
INSERT INTO cars (name, doors) VALUES ('car', 4), (' ', NULL);
INSERT INTO amphibians (name, doors, wheels) VALUES ('car', 2, 4);

INSERT INTO only_money (amount, price) VALUES (1, 2), (NULL, 3);
INSERT INTO unreadable_types (pattern, query, hardware, clock)
VALUES ('$.a', 'a & b', '08:00:2b:01:02:03:04:05', '12:00+02'), (NULL, NULL, NULL, NULL);
INSERT INTO ruled (name) VALUES ('a'), ('');
INSERT INTO triggered (name) VALUES ('A'), ('b');
INSERT INTO guarded (owner) VALUES ('postgres'), ('x');
INSERT INTO closed (name) VALUES ('a'), ('');
INSERT INTO half_open (name, hidden) VALUES ('a', 'b'), ('', NULL);
INSERT INTO nothing DEFAULT VALUES;
INSERT INTO nothing DEFAULT VALUES;
REFRESH MATERIALIZED VIEW book_totals;
