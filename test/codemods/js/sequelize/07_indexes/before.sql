CREATE TABLE documents (
  id serial PRIMARY KEY, "urlId" text, "teamId" int, "parentDocumentId" int, title text, state text,
  "createdAt" timestamptz, "deletedAt" timestamptz, "ownerId" int
);
CREATE INDEX documents_owner_id ON documents ("ownerId");
CREATE INDEX documents_legacy ON documents (state);
