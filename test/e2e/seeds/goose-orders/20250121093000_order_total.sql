UPDATE order_lines SET quantity = quantity + 1 WHERE order_id = 2;
