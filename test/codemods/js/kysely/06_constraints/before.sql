CREATE TABLE users (id serial PRIMARY KEY);
CREATE TABLE orders (id serial PRIMARY KEY, user_id int, number int, price int CONSTRAINT orders_price_check CHECK (price > 0), old int CONSTRAINT orders_old_check CHECK (old > 0));
