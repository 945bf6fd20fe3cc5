UPDATE articles SET in_stock = in_stock + 1 WHERE title = 'Cup';
