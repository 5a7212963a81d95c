-- A parent knows the keys that can stop its delete, also those beyond a cascade.
CREATE TABLE a (id bigserial PRIMARY KEY);
CREATE TABLE b (id bigserial PRIMARY KEY, a_id bigint REFERENCES a ON DELETE CASCADE);
CREATE TABLE c (id bigserial PRIMARY KEY, b_id bigint REFERENCES b ON DELETE CASCADE);
CREATE TABLE d (id bigserial PRIMARY KEY, c_id bigint REFERENCES c, a_id bigint REFERENCES a ON DELETE SET NULL);
