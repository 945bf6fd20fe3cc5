CREATE TABLE users (id serial PRIMARY KEY);
CREATE TYPE plan AS ENUM ('free', 'pro');
CREATE TYPE old_plan AS ENUM ('x');
