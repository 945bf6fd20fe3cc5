CREATE TABLE authors (id serial PRIMARY KEY);
CREATE TABLE posts (id serial PRIMARY KEY, title text, slug text, author_id int, editor_id int);
CREATE TABLE tags (name text NOT NULL);
INSERT INTO authors DEFAULT VALUES;
INSERT INTO authors DEFAULT VALUES;
INSERT INTO posts (title, slug, author_id, editor_id) VALUES ('one', 'one', 1, 2);
