CREATE TABLE docs (
    id bigserial PRIMARY KEY,
    slug text NOT NULL,
    number integer NOT NULL,
    body bytea,
    owner text NOT NULL,
    reviewed boolean NOT NULL DEFAULT false,
    secret_key text NOT NULL,
    position integer,
    parent_id bigint REFERENCES docs
);
CREATE FUNCTION num() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW := jsonb_populate_record(NEW, '{"number":1}'); RETURN NEW; END $$;
CREATE TRIGGER num BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION num();
