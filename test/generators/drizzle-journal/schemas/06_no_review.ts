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
  customType,
  pgView,
  pgMaterializedView,
  primaryKey,
  index,
  uniqueIndex,
  unique,
  check,
  foreignKey,
} from 'drizzle-orm/pg-core';

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });

export const role = pgEnum('role', ['reader', 'author', 'editor', 'admin']);
export const state = pgEnum('post state', ['draft', 'scheduled', 'published', 'archived']);

export const users = pgTable(
  'users',
  {
    id: serial().primaryKey(),
    email: varchar({ length: 254 }).notNull().unique(),
    name: varchar({ length: 120 }).notNull().default('?'),
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
    views: bigint({ mode: 'number' }).notNull().default(1),
    publishedAt: timestamp('published_at', { withTimezone: true, precision: 6 }),
    search: tsvector().generatedAlwaysAs(sql`to_tsvector('simple', title || ' ' || body)`),
  },
  (t) => [index('posts_author_idx').on(t.authorId), index('posts_search').using('gin', t.search)],
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

export const oldRole = pgEnum('legacy_role', ['x']);

export const authors = pgView('authors').as((qb) =>
  qb.select({ id: users.id, email: users.email, createdAt: users.createdAt }).from(users),
);

export const commentCounts = pgMaterializedView('comment_counts').as((qb) =>
  qb
    .select({ postId: comments.postId, count: sql<number>`count(*)`.as('count') })
    .from(comments)
    .groupBy(comments.postId),
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
    addedAt: timestamp('added_at', { precision: 3 }).default(sql`CURRENT_TIMESTAMP`),
  },
  (t) => [primaryKey({ columns: [t.postId, t.tag] })],
);
