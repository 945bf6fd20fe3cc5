CREATE TABLE authors (id serial PRIMARY KEY);
CREATE TABLE posts (id serial PRIMARY KEY, title text, slug text CONSTRAINT posts_slug UNIQUE, words int CONSTRAINT posts_words CHECK (words > 0),
  author_id int REFERENCES authors (id), editor_id int CONSTRAINT posts_editor REFERENCES authors (id));
CREATE INDEX posts_title ON posts (title);
CREATE TABLE old_posts (id serial PRIMARY KEY, author_id int REFERENCES authors (id));
CREATE INDEX old_posts_author ON old_posts (author_id);
CREATE TABLE older_posts (id serial PRIMARY KEY);
INSERT INTO authors DEFAULT VALUES;
INSERT INTO posts (title, slug, words, author_id, editor_id) VALUES ('one', 'one', 1, 1, 1);
