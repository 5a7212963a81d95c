-- Columns that the Ecto schema reads as enums, stored as it stores them.
/* ash_scaffold.toml
[tables.jobs.columns.plain]
enum = false
*/
CREATE TYPE mood AS ENUM ('so so', 'happy', 'sad');
CREATE TYPE colour AS ENUM ('r', 'g');
CREATE TABLE jobs (
  id bigserial PRIMARY KEY,
  state varchar(20) NOT NULL DEFAULT 'new',
  plan text NOT NULL DEFAULT 'F' CHECK (plan IN ('F', 'P', 'X')),
  priority smallint NOT NULL DEFAULT 1 CHECK (priority IN (1, 5)), level integer DEFAULT 7 CHECK (level IN (1, 7)),
  flags text[] NOT NULL DEFAULT '{}', ranks int[],
  answer text, plain text, fixed char(3), mood mood DEFAULT 'so so', moods mood[], one colour, two colour
);
CREATE UNIQUE INDEX jobs_urgent ON jobs (plan) WHERE priority = 5;
