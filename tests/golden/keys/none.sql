-- Without any key rows are read and created only.
CREATE TABLE logs (at timestamp NOT NULL DEFAULT now(), entry json);
CREATE UNIQUE INDEX logs_lower ON logs (lower(entry::text));
