import { sql } from 'drizzle-orm';
import {
  pgTable,
  pgEnum,
  serial,
  integer,
  bigint,
  numeric,
  varchar,
  text,
  uuid,
  timestamp,
  boolean,
  jsonb,
  pgView,
  primaryKey,
  index,
  uniqueIndex,
  unique,
  check,
  foreignKey,
} from 'drizzle-orm/pg-core';

export const role = pgEnum('role', ['reader', 'author', 'editor', 'admin']);
export const state = pgEnum('article_state', ['draft', 'scheduled', 'published', 'archived']);

export const users = pgTable(
  'users',
  {
    id: serial().primaryKey(),
    email: varchar({ length: 254 }).notNull().unique(),
    name: varchar({ length: 120 }).notNull().default('?'),
    role: role().notNull().default('reader'),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('users_email_lower')
      .on(sql`lower(${t.email})`)
      .where(sql`${t.role} <> 'reader'`),
  ],
);

export const posts = pgTable(
  'articles',
  {
    id: uuid().primaryKey().defaultRandom(),
    authorId: integer('author_id')
      .notNull()
      .references(() => users.id, { onDelete: 'restrict', onUpdate: 'cascade' }),
    headline: varchar({ length: 200 }).notNull(),
    body: text().notNull().default(''),
    state: state().notNull().default('draft'),
    keywords: text()
      .array()
      .notNull()
      .default(sql`'{}'::text[]`),
    price: numeric({ precision: 10, scale: 2 }).default('0.00'),
    views: bigint({ mode: 'number' }).notNull().default(1),
    publishedAt: timestamp('published_at', { withTimezone: true, precision: 6 }),
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
    stars: numeric({ precision: 3, scale: 1 }),
    meta: jsonb()
      .notNull()
      .default({ source: 'web', tags: ['a;b'] }),
    writtenAt: timestamp('written_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    foreignKey({ columns: [t.parentId], foreignColumns: [t.id], name: 'comments_parent_fk' }).onDelete('cascade'),
    check('comments_stars_range', sql`${t.stars} BETWEEN 0 AND 10`),
    index('comments_newest').on(t.writtenAt.desc(), t.postId),
    index('comments_meta').using('gin', t.meta.op('jsonb_path_ops')),
    unique('comments_once').on(t.postId, t.author, t.parentId, t.writtenAt),
  ],
);

export const authors = pgView('authors').as((qb) =>
  qb.select({ id: users.id, email: users.email, createdAt: users.createdAt }).from(users),
);

export const tags = pgTable('tags', {
  name: varchar({ length: 40 }).primaryKey(),
  hidden: boolean().notNull().default(true),
});

export const postTags = pgTable(
  'post_tags',
  {
    postId: uuid('post_id')
      .notNull()
      .references(() => posts.id, { onDelete: 'cascade' }),
    tag: varchar({ length: 40 })
      .notNull()
      .references(() => tags.name, { onDelete: 'cascade', onUpdate: 'cascade' }),
    addedAt: timestamp('added_at', { precision: 3 })
      .notNull()
      .default(sql`CURRENT_TIMESTAMP`),
  },
  (t) => [primaryKey({ columns: [t.postId, t.tag, t.addedAt], name: 'post_tags_pk' })],
);
