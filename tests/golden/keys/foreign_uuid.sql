-- A key that is a foreign key as well is given, and relates one to one.
CREATE TABLE users (id uuid PRIMARY KEY);
CREATE TABLE profiles (user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE, bio text);
