-- Comments of tables and columns are descriptions, whatever they hold.
CREATE TABLE notes (id bigserial PRIMARY KEY, body text);
COMMENT ON TABLE notes IS 'What people say.
On "two" lines, #{System.halt()} and """.';
COMMENT ON COLUMN notes.body IS E'A very long comment that does not fit on one line of ninety-eight columns, which is as much as the formatter has.';
