CREATE TABLE tasks (id serial PRIMARY KEY);
