-- A relationship without a foreign key, given by the configuration.
/* ash_scaffold.toml
[tables.posts.relationships.author]
columns = ["written_by"]
target = "users"
inverse = "articles"
*/
CREATE TABLE users (id bigserial PRIMARY KEY);
CREATE TABLE posts (id bigserial PRIMARY KEY, written_by bigint);
