CREATE TABLE people (id serial PRIMARY KEY, name text);
INSERT INTO people (name) VALUES ('A');
