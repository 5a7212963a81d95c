CREATE TABLE lists (id bigserial PRIMARY KEY, name text);
CREATE TABLE items (
    id bigserial PRIMARY KEY,
    list_id bigint REFERENCES lists,
    state text NOT NULL,
    rank integer,
    place integer,
    done_at timestamp(0),
    public boolean NOT NULL DEFAULT false,
    parent_id bigint REFERENCES items
);
CREATE TABLE tags (id bigserial PRIMARY KEY, label text NOT NULL, hidden boolean NOT NULL);
CREATE TABLE lists_tags (
    list_id bigint NOT NULL REFERENCES lists,
    tag_id bigint NOT NULL REFERENCES tags,
    PRIMARY KEY (list_id, tag_id)
);
