CREATE TABLE users (id serial PRIMARY KEY, email text, data jsonb, deleted_at timestamptz);
