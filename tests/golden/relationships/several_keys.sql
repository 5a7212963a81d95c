-- Several keys to one parent are told apart by their role.
CREATE TABLE users (id bigserial PRIMARY KEY);
CREATE TABLE posts (
  id bigserial PRIMARY KEY,
  author_id bigint NOT NULL REFERENCES users, reviewer_id bigint REFERENCES users ON DELETE SET NULL ON UPDATE CASCADE
);
