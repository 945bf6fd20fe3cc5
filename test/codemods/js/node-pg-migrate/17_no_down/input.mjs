export const up = (pgm) => {
  pgm.createTable('tags', { name: { type: 'text', primaryKey: true } });
  pgm.addColumn('posts', { tag: 'text' });
  pgm.createType('color', ['red', 'green']);
};
