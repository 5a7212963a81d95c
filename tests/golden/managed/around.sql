CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- it's "#{x}" \d | """
  NEW.updated_at := now();
  RETURN NEW;
END $$;
COMMENT ON FUNCTION stamp() IS 'stamps #{it}';
CREATE TABLE notes (
  id bigserial PRIMARY KEY,
  body text NOT NULL,
  updated_at timestamptz
) WITH (fillfactor = 70);
ALTER TABLE notes ALTER body SET STATISTICS 500;
ALTER TABLE notes ALTER body SET STORAGE EXTERNAL;
CREATE STATISTICS notes_body ON body, updated_at FROM notes;
CREATE TRIGGER stamp BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER off AFTER INSERT ON notes FOR EACH ROW WHEN (NEW.body = 'it''s \d #{x}') EXECUTE FUNCTION stamp();
ALTER TABLE notes DISABLE TRIGGER off;
COMMENT ON TABLE notes IS 'One "line", a \ and a #{hash}
two lines | ~S|x| """';
COMMENT ON COLUMN notes.body IS 'ends in a backslash \';
COMMENT ON CONSTRAINT notes_pkey ON notes IS 'key é ‮';
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON notes FOR SELECT USING (body <> '#{p}');
CREATE UNLOGGED TABLE cache (key text PRIMARY KEY, value text);
