-- +goose Up
CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL UNIQUE,
  name text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers (id),
  placed_at timestamptz NOT NULL DEFAULT now(),
  status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'paid', 'sent'))
);

CREATE TABLE order_lines (
  order_id bigint NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  line smallint NOT NULL,
  sku text NOT NULL, -- as the warehouse writes it; not unique
  quantity integer NOT NULL DEFAULT 1,
  price numeric(10, 2) NOT NULL,
  PRIMARY KEY (order_id, line)
);

CREATE INDEX orders_customer ON orders (customer_id, placed_at DESC);

-- +goose Down
DROP TABLE order_lines;
DROP TABLE orders;
DROP TABLE customers;
