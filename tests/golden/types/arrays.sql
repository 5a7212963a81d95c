-- An array may hold nil.
CREATE TABLE lists (id bigserial PRIMARY KEY, words text[] NOT NULL, codes varchar(5)[], numbers integer[], prices numeric(5,2)[], moments timestamptz[], stamps timestamp(0)[], uids uuid[], docs jsonb[], grid integer[][]);
