INSERT INTO "Account" ("id", "handle", "mail", "joined") VALUES
  ('a1', 'zoë', 'zoe@example.org', '2024-01-01 10:00'), ('a2', 'bob', 'bob@example.org', '2024-01-02 10:00'), ('a3', 'eve', 'eve@example.org', '2024-01-03 10:00');
INSERT INTO "Board" ("title") VALUES ('General');
INSERT INTO "Thread" ("boardId", "authorId", "subject", "views") VALUES (1, 'a1', 'Hello; world', 3), (1, 'a2', 'It''s broken', 5);
INSERT INTO "Post" ("threadId", "authorId", "body", "written") VALUES
  (1, 'a1', 'first', '2024-01-04 10:00'), (1, 'a2', 'second', '2024-01-05 10:00'), (2, 'a2', '-- not a comment', '2024-01-06 10:00');
