-- What changesets say on the violation of a constraint becomes what the resource says: the text,
-- and the field of the error. Ash has one text for a constraint: that of the first call. A foreign
-- key of the name that Ash derives has Ash's text, whatever a resource says.
CREATE EXTENSION btree_gist;
CREATE DOMAIN share AS numeric CONSTRAINT share_check CHECK (VALUE <= 1);
CREATE TABLE teams (id bigserial PRIMARY KEY, name text NOT NULL, "Slug" text);
CREATE UNIQUE INDEX teams_name_index ON teams (name);
CREATE UNIQUE INDEX "teams_Slug_index" ON teams ("Slug");
CREATE TABLE members (
  team_id bigint NOT NULL REFERENCES teams,
  invited_by bigint,
  email text NOT NULL,
  handle text,
  share share,
  since int,
  until int,
  room int,
  CONSTRAINT members_pkey PRIMARY KEY (team_id, email),
  CONSTRAINT fk_inviter FOREIGN KEY (invited_by) REFERENCES teams,
  CONSTRAINT members_in_time CHECK (since < until),
  CONSTRAINT members_room_excl EXCLUDE USING gist (room WITH =)
);
CREATE UNIQUE INDEX members_lower_idx ON members (lower(handle));
CREATE UNIQUE INDEX one_per_room ON members (team_id, room);
CREATE UNIQUE INDEX members_email_handle_index ON members (email, handle);
