CREATE TABLE items (
  id bigserial PRIMARY KEY,
  name text NOT NULL,
  code text,
  "order" int,
  tags text[],
  gone_at timestamp(0),
  meta jsonb,
  UNIQUE (code) INCLUDE (name)
);
CREATE UNIQUE INDEX items_name_index ON items (name);
CREATE UNIQUE INDEX one_live_name ON items (name, "order") WHERE gone_at IS NULL;
CREATE UNIQUE INDEX like_name ON items (name text_pattern_ops);
CREATE UNIQUE INDEX lower_name ON items (lower(name));
CREATE INDEX items_order_index ON items ("order" DESC NULLS LAST, name COLLATE "C");
CREATE INDEX items_tags_index ON items USING gin (tags);
CREATE INDEX items_meta_index ON items USING gin (meta jsonb_path_ops);
CREATE INDEX items_cover ON items (code) INCLUDE (name, "order");
CREATE INDEX items_filled ON items (name) WITH (fillfactor = 70);
CREATE INDEX "items-odd name" ON items (code);
CREATE INDEX hostile ON items ((name || '#{x} \d "q" | """ é')) WHERE name <> '\" #{y}';
CREATE INDEX ON items (((meta ->> 'a')), (COALESCE(code, 'a,b)')));
CREATE UNIQUE INDEX same_name ON items (name);
CREATE UNIQUE INDEX same_name_nulls ON items (name) INCLUDE (code);
