-- +goose NO TRANSACTION
-- +goose Up
CREATE UNIQUE INDEX CONCURRENTLY order_lines_sku_once ON order_lines (order_id, sku);
DROP INDEX CONCURRENTLY order_lines_sku;

-- +goose Down
CREATE INDEX CONCURRENTLY order_lines_sku ON order_lines (sku);
DROP INDEX CONCURRENTLY order_lines_sku_once;
