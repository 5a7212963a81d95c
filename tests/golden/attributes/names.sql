-- Column names become attribute names, the column stays the source.
CREATE TABLE "weirdNames" (
  id bigserial PRIMARY KEY,
  "publishedAt" timestamptz, "weird-col" text, "HTMLBody" text, "2nd" integer, "a.b" text,
  "as" text, "and" text, "calculations" text, "größe" text, "日本" text,
  "active?" boolean, "in" text, "end" text, "false" boolean, "true" boolean,
  weird_col text, "Weird Col" text, "nil" text, "with""quote" text
);
