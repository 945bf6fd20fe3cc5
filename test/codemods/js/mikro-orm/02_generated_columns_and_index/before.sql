create type "user_role" as enum ('user', 'admin');
create table "user" ("id" serial primary key, "email" varchar(255) not null, "name" varchar(255) not null, "role" "user_role" not null default 'user', "state" text check ("state" in ('on', 'off')) not null default 'on', "created_at" timestamptz not null default now(), "nick" varchar(255) null, "balance" int not null default 0);
alter table "user" add constraint "user_email_unique" unique ("email");
create table "post" ("id" uuid not null default gen_random_uuid(), "title" varchar(200) not null, "body" text not null, "published" boolean not null default false, "author_id" int not null, constraint "post_pkey" primary key ("id"));
alter table "post" add constraint "post_author_id_foreign" foreign key ("author_id") references "user" ("id") on update cascade on delete cascade;
INSERT INTO "user" ("email", "name") VALUES ('a@example.com', 'Ann'), ('b@example.com', 'Bo');
