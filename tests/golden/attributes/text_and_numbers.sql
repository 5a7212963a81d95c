-- Strings keep their blanks, integers outside keys are plain, numerics have their bounds.
CREATE TABLE measures (
  id bigserial PRIMARY KEY,
  label text NOT NULL, short varchar(40), code char(3), system name,
  small smallint, whole integer, big bigint,
  ratio real, score double precision NOT NULL,
  free numeric, price numeric(12,2) NOT NULL, rounded numeric(4,0), hundreds numeric(3,-2), tiny numeric(2,5)
);
