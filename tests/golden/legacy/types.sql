-- What the Ecto schema says of a type holds where the column can be that.
CREATE TABLE visits (
  id bigserial PRIMARY KEY,
  began timestamp NOT NULL, ended timestamp(0), seen timestamp, noted timestamp(0),
  pauses timestamp[], days timestamp(0)[], booked timestamptz,
  settings jsonb NOT NULL DEFAULT '{}', old json, place jsonb, stops jsonb, legs jsonb[], list jsonb DEFAULT '[]',
  totals jsonb, raw jsonb, ip inet, secret text
);
