-- What a name holds stays a literal.
CREATE TABLE "u#{x}" (id bigserial PRIMARY KEY, "q#{System.halt()}" text DEFAULT 'v#{w}', CONSTRAINT "c#{d}" CHECK (true));
CREATE TABLE "../../etc" (id bigserial PRIMARY KEY, "new
line" text);
