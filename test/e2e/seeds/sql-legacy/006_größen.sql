INSERT INTO "Maße" ("Artikel", "Länge in ㎜") VALUES (1, 220), (2, NULL);
