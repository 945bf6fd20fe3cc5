CREATE TABLE "user" ("id" SERIAL NOT NULL, "nick" text, CONSTRAINT "UQ_nick" UNIQUE ("nick"), CONSTRAINT "PK_user" PRIMARY KEY ("id"));
INSERT INTO "user" ("nick") VALUES ('annie');
CREATE TABLE "item" ("id" serial PRIMARY KEY, "cost" int);
