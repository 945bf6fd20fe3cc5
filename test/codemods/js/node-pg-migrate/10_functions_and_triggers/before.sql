CREATE TABLE users (id serial PRIMARY KEY, updated_at timestamptz);
CREATE FUNCTION old(integer) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER users_old AFTER INSERT ON users EXECUTE FUNCTION nothing();
