import { sql } from 'drizzle-orm';
import {
  pgTable,
  pgEnum,
  serial,
  integer,
  varchar,
  text,
  uuid,
  timestamp,
  boolean,
  jsonb,
  primaryKey,
  index,
  uniqueIndex,
  unique,
  check,
  foreignKey,
} from 'drizzle-orm/pg-core';

export const role = pgEnum('role', ['reader', 'author', 'editor', 'admin']);
export const state = pgEnum('post state', ['draft', 'review', 'scheduled', 'published', 'archived']);

export const users = pgTable(
  'users',
  {
    id: serial().primaryKey(),
    email: varchar({ length: 254 }).notNull().unique(),
    name: text(),
    role: role().notNull().default('reader'),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [uniqueIndex('users_email_lower').on(sql`lower(${t.email})`)],
);

export const posts = pgTable(
  'posts',
  {
    id: uuid().primaryKey().defaultRandom(),
    authorId: integer('author_id')
      .notNull()
      .references(() => users.id),
    title: varchar({ length: 200 }).notNull(),
    body: text().notNull().default(''),
    state: state().notNull().default('draft'),
    language: varchar({ length: 5 }).notNull().default('en'),
    views: integer().notNull().default(0),
    publishedAt: timestamp('published_at'),
  },
  (t) => [index('posts_author_idx').on(t.authorId)],
);

export const comments = pgTable(
  'comments',
  {
    id: serial().primaryKey(),
    postId: uuid('post_id')
      .notNull()
      .references(() => posts.id, { onDelete: 'cascade' }),
    parentId: integer('parent_id'),
    author: varchar({ length: 80 }).notNull().default("it's me; anonymous"),
    text: text().notNull(),
    stars: integer(),
    meta: jsonb()
      .notNull()
      .default({ source: 'web', tags: ['a;b'] }),
    writtenAt: timestamp('written_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    foreignKey({ columns: [t.parentId], foreignColumns: [t.id], name: 'comments_parent_fk' }).onDelete('set null'),
    check('comments_stars_range', sql`${t.stars} BETWEEN 1 AND 5`),
    index('comments_newest').on(t.postId, t.writtenAt.desc().nullsLast()),
    index('comments_meta').using('gin', t.meta.op('jsonb_path_ops')),
    index('comments_rated')
      .on(t.postId)
      .where(sql`${t.stars} IS NOT NULL`),
    unique('comments_once').on(t.postId, t.author, t.parentId),
  ],
);

export const tags = pgTable('tags', { name: varchar({ length: 40 }).primaryKey(), hidden: boolean().default(false) });

export const postTags = pgTable(
  'post_tags',
  {
    postId: uuid('post_id')
      .notNull()
      .references(() => posts.id, { onDelete: 'cascade' }),
    tag: varchar({ length: 40 })
      .notNull()
      .references(() => tags.name, { onDelete: 'cascade', onUpdate: 'cascade' }),
    addedAt: timestamp('added_at', { precision: 3 }).default(sql`CURRENT_TIMESTAMP`),
  },
  (t) => [primaryKey({ columns: [t.postId, t.tag] })],
);
