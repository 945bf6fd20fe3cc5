CREATE TABLE users (id serial PRIMARY KEY);
CREATE TABLE orders (id serial PRIMARY KEY, user_id int, old_id int CONSTRAINT orders_old_id_foreign REFERENCES users, state text NOT NULL);
CREATE INDEX orders_state_index ON orders (state);
