import { setTimeout } from 'node:timers';
import { stripVTControlCharacters } from 'node:util';

// drizzle-kit asks on the terminal whether a new name is a renamed old one, and refuses to ask anything else. This file, loaded
// into its process with --import, pretends to be that terminal: it reads each question from what drizzle-kit prints and
// presses the keys. DRIZZLE_RENAMES is a JSON array of the answers to give, each as drizzle-kit words it: "old › new". A
// question without an answer there is a new object; an answer without a question is an error, as the schema and the list
// then disagree.
const open = new Set(JSON.parse(process.env.DRIZZLE_RENAMES ?? '[]'));

for (const stream of [process.stdin, process.stdout]) Object.defineProperty(stream, 'isTTY', { value: true });
process.stdin.setRawMode = () => process.stdin;
process.stdout.columns ??= 200;

let printed = '';
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (chunk, ...rest) => {
  printed += chunk;
  return write(chunk, ...rest);
};

const press = (name) => process.stdin.emit('keypress', undefined, { name, ctrl: false });

process.stdin.on('newListener', (event) => {
  if (event !== 'keypress') return;
  printed = '';
  // the question is drawn after the listener is there, and not before the throttle of the drawing lets it through
  setTimeout(() => {
    const lines = stripVTControlCharacters(printed).split('\n');
    const choices = lines.filter((line) => / (create|rename) /.test(line) && !line.startsWith('Is '));
    let choice = 0;
    for (const answer of open) {
      const found = choices.findIndex((line) => line.replace(/\s+/g, ' ').includes(`~ ${answer} `));
      if (found < 0) continue;
      choice = found;
      open.delete(answer);
      break;
    }
    if (choices.length === 0) throw new Error(`a question that is not understood:\n${lines.join('\n')}`);
    for (let i = 0; i < choice; i++) press('down');
    press('return');
  }, 100);
});

process.on('exit', (code) => {
  if (code === 0 && open.size > 0) {
    process.stderr.write(`drizzle-kit never asked about: ${[...open].join(', ')}\n`);
    process.exitCode = 1;
  }
});
