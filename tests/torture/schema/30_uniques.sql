-- Unique constraints and indexes in all their forms.
CREATE TABLE uniques (
  id bigserial PRIMARY KEY,
  email text,
  name text NOT NULL,
  slug varchar(80),
  state varchar(20) NOT NULL DEFAULT 'open',
  priority integer,
  ratio double precision,
  amount numeric(6, 2),
  flag boolean NOT NULL DEFAULT false,
  mood mood,
  payload jsonb,
  deleted_at timestamptz,
  CONSTRAINT uniques_email_key UNIQUE (email),
  CONSTRAINT "fk_rails_Unique#{x}" UNIQUE (name, slug),
  CONSTRAINT uniques_slug_late UNIQUE (slug) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE UNIQUE INDEX uniques_email_again ON uniques (email);
CREATE UNIQUE INDEX uniques_email_name_index ON uniques (email, name);
CREATE UNIQUE INDEX uniques_covering ON uniques (name, priority) INCLUDE (slug, payload);
CREATE UNIQUE INDEX uniques_opclass ON uniques (slug text_pattern_ops, name);
CREATE UNIQUE INDEX uniques_descending ON uniques (priority DESC NULLS LAST, name);
CREATE UNIQUE INDEX uniques_lower ON uniques (lower(email));
CREATE UNIQUE INDEX uniques_mixed ON uniques (priority, lower(name));
CREATE UNIQUE INDEX uniques_payload ON uniques ((payload ->> 'key')) WHERE payload ? 'key';
CREATE UNIQUE INDEX uniques_only_expression ON uniques ((name || coalesce(slug, '')));
CREATE UNIQUE INDEX uniques_not_deleted ON uniques (name) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX uniques_deleted ON uniques (name, deleted_at) WHERE deleted_at IS NOT NULL;
CREATE UNIQUE INDEX uniques_states ON uniques (priority) WHERE state IN ('open', 'b c', 'it''s');
CREATE UNIQUE INDEX uniques_flag ON uniques (priority, slug) WHERE flag;
CREATE UNIQUE INDEX uniques_not_flag ON uniques (slug, priority) WHERE NOT flag AND priority > 3;
CREATE UNIQUE INDEX uniques_mood ON uniques (mood) WHERE mood = 'b c';
CREATE UNIQUE INDEX uniques_moods ON uniques (mood, name) WHERE mood IN ('happy', '');
CREATE UNIQUE INDEX uniques_numbers ON uniques (ratio)
  WHERE amount >= 1.50 AND (ratio < 0.5 OR priority <> -1);
CREATE UNIQUE INDEX uniques_like ON uniques (slug, state) WHERE slug LIKE 'a%';
CREATE UNIQUE INDEX uniques_null_flag ON uniques (amount) WHERE flag IS NOT TRUE;
CREATE UNIQUE INDEX uniques_whole_row ON uniques (amount, name) WHERE uniques IS NOT NULL;

-- 63 bytes: the table, the index, and one of 31 two-byte letters and one more.
CREATE TABLE a_table_whose_name_takes_all_of_the_sixty_three_bytes_there_are (
  id bigserial PRIMARY KEY,
  a_column_whose_name_takes_all_of_the_sixty_three_bytes_it_could text,
  "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäx" text,
  parent_with_a_rather_long_name_id bigint
    REFERENCES a_table_whose_name_takes_all_of_the_sixty_three_bytes_there_are,
  UNIQUE (a_column_whose_name_takes_all_of_the_sixty_three_bytes_it_could)
);
CREATE UNIQUE INDEX "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäi"
  ON a_table_whose_name_takes_all_of_the_sixty_three_bytes_there_are
  ("äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäx");
CREATE UNIQUE INDEX an_index_whose_name_takes_all_of_the_sixty_three_bytes_we_have_
  ON a_table_whose_name_takes_all_of_the_sixty_three_bytes_there_are
  (a_column_whose_name_takes_all_of_the_sixty_three_bytes_it_could, id);
