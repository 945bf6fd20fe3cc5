-- +goose NO TRANSACTION
-- +goose Up
-- order_lines is large and always busy: no lock
CREATE INDEX CONCURRENTLY order_lines_sku ON order_lines (sku);
CREATE INDEX CONCURRENTLY orders_open ON orders (placed_at) WHERE status IN ('new', 'paid');

-- +goose Down
DROP INDEX CONCURRENTLY orders_open;
DROP INDEX CONCURRENTLY order_lines_sku;
