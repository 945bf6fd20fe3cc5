import { test } from 'vitest'; import fs from 'node:fs'; import { parseSql } from '@idempotify/core';
import { ourOpinion, secondOpinion } from './second-opinion.ts'; import { histories } from './histories.ts';
test('x', async () => {
  const texts: string[] = (await histories()).flatMap((h) => h.steps.map((s) => s.text));
  for (const c of JSON.parse(fs.readFileSync('/work/shared/cases/cases-open.json','utf8'))) texts.push(c.setup ?? '', c.migration);
  let n = 0, parsed = 0, claimed = 0, bad = 0; const un: Record<string, number> = {}; const seen = new Set();
  for (const t of texts) for (const s of parseSql(t).statements) { n++;
    const sql = t.slice(s.range.start, s.range.end); let b; try { b = secondOpinion(sql); } catch (e) { console.log('MULTI', sql.slice(0,200)); continue; }
    if (!b) { un[s.tag] = (un[s.tag] ?? 0) + 1; continue; } parsed++;
    let a; try { a = ourOpinion(s); } catch (e) { console.log('OURS THROWS', (e as Error).message, sql.slice(0,200)); continue; }
    if (JSON.stringify(a) !== JSON.stringify(b)) { bad++; const k = s.tag; if (bad < 60) fs.appendFileSync('/tmp/gen/so.txt', `${sql.slice(0,400)}\n  ours   ${JSON.stringify(a)}\n  second ${JSON.stringify(b)}\n`); }
  }
  console.log({ n, parsed, bad, un });
});
