-- +goose Up
ALTER TABLE orders ADD COLUMN total numeric(12, 2) NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN touched_at timestamptz;

-- +goose StatementBegin
CREATE FUNCTION order_total() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE orders
     SET total = (SELECT coalesce(sum(l.quantity * l.price), 0) FROM order_lines l WHERE l.order_id = orders.id)
   WHERE id IN (OLD.order_id, NEW.order_id);
  RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER order_total
  AFTER INSERT OR UPDATE OR DELETE ON order_lines
  FOR EACH ROW EXECUTE FUNCTION order_total();

-- +goose Down
DROP TRIGGER order_total ON order_lines;
DROP FUNCTION order_total();
ALTER TABLE orders DROP COLUMN touched_at;
ALTER TABLE orders DROP COLUMN total;
