CREATE TABLE queue (id serial PRIMARY KEY, name text);
INSERT INTO queue (name) VALUES ('first');
