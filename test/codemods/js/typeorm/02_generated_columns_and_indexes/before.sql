CREATE EXTENSION "uuid-ossp";
CREATE SCHEMA "billing";
CREATE TYPE "public"."user_role_enum" AS ENUM('user', 'admin');
CREATE TABLE "user" ("id" SERIAL NOT NULL, "email" character varying(255) NOT NULL, "name" character varying NOT NULL, "role" "public"."user_role_enum" NOT NULL DEFAULT 'user', "createdAt" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), "nick" character varying, "balance" integer NOT NULL DEFAULT '0', CONSTRAINT "UQ_e12875dfb3b1d92d7d7c5377e22" UNIQUE ("email"), CONSTRAINT "PK_cace4a159ff9f2512dd42373760" PRIMARY KEY ("id"));
CREATE TABLE "post" ("id" uuid NOT NULL DEFAULT uuid_generate_v4(), "title" character varying(200) NOT NULL, "body" text NOT NULL, "published" boolean NOT NULL DEFAULT false, "authorId" integer NOT NULL, CONSTRAINT "PK_be5fda3aac270b134ff9c21cdee" PRIMARY KEY ("id"));
ALTER TABLE "post" ADD CONSTRAINT "FK_c6fb082a3114f35d0cc27c518e0" FOREIGN KEY ("authorId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
INSERT INTO "user" ("email", "name") VALUES ('a@example.com', 'Ann'), ('b@example.com', 'Bo');
INSERT INTO "post" ("id", "title", "body", "authorId") VALUES ('11111111-1111-1111-1111-111111111111', 'one', 'text', 1);
