CREATE TYPE enum_users_role AS ENUM ('member', 'admin');
CREATE TYPE enum_users_kind AS ENUM ('a');
CREATE TABLE users (id serial PRIMARY KEY, role enum_users_role);
