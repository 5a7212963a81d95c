-- Associations that no foreign key keeps; what the configuration says comes before them.
/* ash_scaffold.toml
[tables.posts.relationships.checker]
columns = ["editor_id"]
target = "users"
*/
CREATE TABLE users (id bigserial PRIMARY KEY, name text, code text);
CREATE TABLE posts (id bigserial PRIMARY KEY, writer_id int, editor_id bigint, subject_id bigint, code integer, title text);
CREATE TABLE notes (id bigserial PRIMARY KEY, user_id bigint);
CREATE TABLE tags (id bigserial PRIMARY KEY, name text);
CREATE TABLE posts_tags (post_id bigint NOT NULL, tag_id bigint NOT NULL, UNIQUE (post_id, tag_id));
CREATE VIEW recent AS SELECT id, writer_id FROM posts;
