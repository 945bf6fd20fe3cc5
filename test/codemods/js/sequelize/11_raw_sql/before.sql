CREATE TYPE enum_users_role AS ENUM ('member', 'admin');
CREATE TABLE users (id serial PRIMARY KEY, name text, email text, role enum_users_role);
INSERT INTO users (email) VALUES ('a?@example.com');
