CREATE TABLE book (id serial PRIMARY KEY, name text);
INSERT INTO book (name) VALUES ('one'), (NULL);
