CREATE TABLE users (id serial PRIMARY KEY);
CREATE TABLE logs (line text, at timestamptz);
