CREATE TABLE atlases (id serial PRIMARY KEY, name text);
CREATE TABLE notes (id serial PRIMARY KEY);
INSERT INTO atlases (name) VALUES ('one');
