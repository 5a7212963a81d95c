-- A join table from a table to itself.
CREATE TABLE people (id bigserial PRIMARY KEY);
CREATE TABLE friendships (person_id bigint REFERENCES people, friend_id bigint REFERENCES people, PRIMARY KEY (person_id, friend_id));
