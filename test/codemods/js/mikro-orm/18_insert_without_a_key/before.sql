CREATE TABLE log (id serial PRIMARY KEY, at timestamptz, text text);
