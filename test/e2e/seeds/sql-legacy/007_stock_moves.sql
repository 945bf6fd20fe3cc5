INSERT INTO stock_moves (article_id, delta, moved_at) VALUES (1, -1, '2024-05-01 08:00'), (3, 5, '2024-05-02 08:00');
