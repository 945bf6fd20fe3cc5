INSERT INTO stock_moves (article_id, delta) VALUES (1, -1), (3, 5);
