-- Two keys that say the same give one relationship, and both names are known.
CREATE TABLE users (id bigserial PRIMARY KEY);
CREATE TABLE posts (id bigserial PRIMARY KEY, user_id bigint CONSTRAINT posts_user_id_fkey REFERENCES users, CONSTRAINT again FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE);
