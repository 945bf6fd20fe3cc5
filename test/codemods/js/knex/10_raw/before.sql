CREATE TABLE users (id serial PRIMARY KEY, name text, data jsonb);
INSERT INTO users (name) VALUES (NULL), ('a');
