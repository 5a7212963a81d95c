-- A pure join table shows as many_to_many on both sides.
CREATE TABLE posts (id bigserial PRIMARY KEY);
CREATE TABLE tags (id serial PRIMARY KEY);
CREATE TABLE posts_tags (post_id bigint REFERENCES posts ON DELETE CASCADE, tag_id integer REFERENCES tags ON DELETE CASCADE, PRIMARY KEY (post_id, tag_id));
CREATE TABLE likes (id bigserial PRIMARY KEY, post_id bigint NOT NULL REFERENCES posts, tag_id integer NOT NULL REFERENCES tags, weight integer, UNIQUE (post_id, tag_id));
