INSERT INTO "Account" ("id", "handle", "mail") VALUES ('a1', 'zoë', 'zoe@example.org'), ('a2', 'bob', 'bob@example.org'), ('a3', 'eve', 'eve@example.org');
INSERT INTO "Board" ("title") VALUES ('General');
INSERT INTO "Thread" ("boardId", "authorId", "subject", "views") VALUES (1, 'a1', 'Hello; world', 3), (1, 'a2', 'It''s broken', 5);
INSERT INTO "Post" ("threadId", "authorId", "body") VALUES (1, 'a1', 'first'), (1, 'a2', 'second'), (2, 'a2', '-- not a comment');
