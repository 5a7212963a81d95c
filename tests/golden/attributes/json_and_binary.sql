-- A json column holds any value unless a check says object.
CREATE TABLE documents (
  id bigserial PRIMARY KEY,
  anything jsonb, old json,
  options jsonb NOT NULL DEFAULT '{}', "tagList" jsonb DEFAULT '["a", 1, null, true, {"k": "v"}]',
  object jsonb, "objectToo" jsonb, object_k jsonb,
  content bytea, active boolean NOT NULL DEFAULT true,
  CHECK (jsonb_typeof(object) = 'object'),
  CHECK (jsonb_typeof("objectToo") = 'object'),
  CONSTRAINT both_object CHECK (jsonb_typeof(object_k) = 'object' AND object_k ? 'k')
);
