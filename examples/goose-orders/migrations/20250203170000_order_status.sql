-- +goose Up
CREATE TYPE order_status AS ENUM ('new', 'paid', 'sent', 'returned');

-- the check goes: the type knows the values now
ALTER TABLE orders DROP CONSTRAINT orders_status_check;
ALTER TABLE orders
  ALTER COLUMN status DROP DEFAULT,
  ALTER COLUMN status TYPE order_status USING status::order_status,
  ALTER COLUMN status SET DEFAULT 'new';

-- +goose Down
ALTER TABLE orders
  ALTER COLUMN status DROP DEFAULT,
  ALTER COLUMN status TYPE text USING status::text,
  ALTER COLUMN status SET DEFAULT 'new';
ALTER TABLE orders ADD CONSTRAINT orders_status_check CHECK (status IN ('new', 'paid', 'sent'));
DROP TYPE order_status;
