CREATE TABLE users (id serial PRIMARY KEY);
CREATE TABLE old_tags (id int);
