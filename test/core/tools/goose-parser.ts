/** What goose sends for the up section of a file: its rules (internal/sqlparser of goose 3), written down a second time for the tests. */
export function gooseSends(file: string): { statements: string[]; error?: string } {
  const statements: string[] = [];
  let state = 'start';
  let envsub = false;
  let buffer = '';
  const fail = (error: string) => ({ statements, error });
  for (const raw of file.split('\n')) {
    let line = raw.replace(/\r$/, '');
    const bare = line.trim();
    if (state === 'start' && bare === '') continue;
    if (bare.startsWith('--') && line.includes('+goose')) {
      if (/^\s/.test(line)) return fail(`indented annotation: ${line}`);
      const name = line.replaceAll('--', '').replace('+goose', '').trim().toLowerCase();
      if (name === 'up') {
        if (state !== 'start') return fail('second Up');
        state = 'up';
        continue;
      }
      if (name === 'down') {
        if (state !== 'up' && state !== 'upEnd') return fail('misplaced Down');
        if (buffer.trim() !== '') return fail(`missing semicolon: ${buffer.trim()}`);
        state = 'down';
        continue;
      }
      if (name === 'statementbegin') {
        if (state === 'up' || state === 'upEnd') state = 'upBegin';
        else if (state === 'down' || state === 'downEnd') state = 'downBegin';
        else return fail('misplaced StatementBegin');
        continue;
      }
      if (name === 'statementend') {
        if (state === 'upBegin') state = 'upEnd';
        else if (state === 'downBegin') state = 'downEnd';
        else return fail('misplaced StatementEnd');
      } else if (name === 'no transaction') continue;
      else if (name === 'envsub on' || name === 'envsub off') {
        envsub = name === 'envsub on';
        continue;
      } else return fail(`unknown annotation: ${line}`);
    }
    if (buffer === '' && (line.trim().startsWith('--') || line === '')) continue;
    if (state !== 'upEnd' && state !== 'downEnd') {
      // what it does to a text without variables: $name and ${name} become empty
      if (envsub) line = line.replace(/\$\w+|\$\{[^}]*\}/g, '').replace(/\$\$/g, '$');
      buffer += `${line}\n`;
    }
    if (state.startsWith('down')) {
      buffer = '';
      if (state === 'downEnd') state = 'downEnd';
      continue;
    }
    if (state === 'start') return fail(`statement before Up: ${line}`);
    if (state === 'upEnd') {
      statements.push(buffer.trim());
      buffer = '';
      state = 'up';
    } else if (state === 'up') {
      let last = '';
      for (const word of line.split(/\s+/)) {
        if (word.startsWith('--')) break;
        if (word !== '') last = word;
      }
      if (last.endsWith(';')) {
        statements.push(buffer.trim());
        buffer = '';
      }
    }
  }
  if (state === 'start') return fail('no Up');
  if (state.endsWith('Begin')) return fail('StatementEnd is missing');
  if (buffer.trim() !== '') return fail(`missing semicolon: ${buffer.trim()}`);
  return { statements };
}
