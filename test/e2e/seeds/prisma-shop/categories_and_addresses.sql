INSERT INTO "Category" ("slug", "name", "position", "parentId") VALUES ('home', 'Home', 1, NULL), ('kitchen', 'Kitchen', 2, 1);
INSERT INTO "_CategoryToProduct" ("A", "B") VALUES (2, 1), (2, 2);
INSERT INTO "Address" ("userId", "street", "city") VALUES (2, 'Hauptstraße 1', 'Köln');
