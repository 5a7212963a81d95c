-- A join table may have no primary key, only a unique index over its pair.
CREATE TABLE users (id bigserial PRIMARY KEY);
CREATE TABLE teams (id bigserial PRIMARY KEY);
CREATE TABLE memberships (team_id bigint NOT NULL REFERENCES teams, user_id bigint NOT NULL REFERENCES users, inserted_at timestamp NOT NULL);
CREATE UNIQUE INDEX memberships_pair ON memberships (user_id, team_id);
