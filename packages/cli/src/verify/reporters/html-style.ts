/** The look of the HTML report. All pairs of text and background have a contrast of at least 4.5:1, in light and dark. */
import type { Markup } from './markup.ts';

export const style: Markup = {
  source: `
:root {
  color-scheme: light dark;
  --page: #ffffff; --soft: #f4f5f7; --line: #c9ced6; --text: #1b1f24; --dim: #555e6a; --link: #0b57c2; --focus: #0b57c2;
  --good: #14602b; --good-soft: #e3f4e7; --bad: #a3132a; --bad-soft: #fde8ea; --open: #744800; --open-soft: #fdf1d3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --soft: #1e2329; --line: #434b56; --text: #e6e9ed; --dim: #a7b0bc; --link: #84b8ff; --focus: #84b8ff;
    --good: #7fd69a; --good-soft: #16301f; --bad: #ff9ea8; --bad-soft: #431a20; --open: #f3c56b; --open-soft: #372a0d;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header, nav, main, footer { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1rem; }
footer { padding-top: 2rem; padding-bottom: 2rem; color: var(--dim); font-size: .875rem; }
h1, h2, h3, h4 { line-height: 1.25; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.75rem; }
h2 { margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); font-size: 1.375rem; }
h3 { margin: 2rem 0 .5rem; font-size: 1.125rem; }
h4 { margin: 1.25rem 0 .5rem; font-size: 1rem; }
p, ul, dl { margin: .5rem 0; }
ul { padding-left: 1.25rem; }
main li { margin: .25rem 0; }
a { color: var(--link); }
a, li, p, dd, summary { overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: .5rem; padding: .5rem 1rem; background: var(--page); }
.dim { color: var(--dim); }
code, pre, .code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; }
pre code { font-size: inherit; }
.status { display: inline-block; padding: 0 .5em; border: 1px solid currentcolor; border-radius: 1em; font-size: .875rem; font-weight: 600; white-space: nowrap; }
.proven { color: var(--good); background: var(--good-soft); }
.failed { color: var(--bad); background: var(--bad-soft); }
.unproven { color: var(--open); background: var(--open-soft); }
.elsewhere { color: var(--dim); background: var(--soft); }
header .verdict { margin: .25rem 0 1rem; padding: .75rem 1rem; border: 1px solid currentcolor; border-radius: .5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; list-style: none; }
.facts { display: grid; grid-template-columns: fit-content(40%) 1fr; gap: .25rem 1rem; }
.facts dt { font-weight: 600; overflow-wrap: anywhere; }
.facts dd { margin: 0; }
.found { margin: 1rem 0; padding: .75rem 1rem .5rem; border-left: 4px solid var(--bad); background: var(--soft); }
.found h4 { margin-top: 0; }
.found.open { border-color: var(--open); }
.error { font-weight: 600; }
.advice { padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .375rem; background: var(--page); }
.scroll { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; font-size: .875rem; }
caption { padding: .25rem 0; text-align: left; font-weight: 600; }
th, td { padding: .25rem .6rem; border: 1px solid var(--line); text-align: left; vertical-align: top; background: var(--page); }
thead th { background: var(--soft); }
tbody th { font-weight: 600; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
caption, td.value { overflow-wrap: break-word; }
td.value { min-width: 10rem; max-width: 32rem; white-space: pre-wrap; overflow-wrap: anywhere; }
tbody th { max-width: 24rem; overflow-wrap: break-word; }
.history { min-width: 40rem; width: 100%; }
.history tbody th { overflow-wrap: anywhere; }
.history td { white-space: nowrap; }
.history tbody th { font-weight: 400; }
.matrix th, .matrix td { white-space: nowrap; }
.matrix td.raised { color: var(--bad); background: var(--bad-soft); font-weight: 600; }
.matrix td.ok { color: var(--good); }
.matrix td.off { color: var(--dim); }
.matrix td.bad { color: var(--bad); font-weight: 600; }
summary { padding: .25rem 0; cursor: pointer; font-weight: 600; }
.sql { margin: 0; padding: .5rem 0; border: 1px solid var(--line); border-radius: .375rem; background: var(--soft); line-height: 1.45; tab-size: 4; width: max-content; min-width: 100%; }
.sql .no { display: inline-block; width: 4.5em; margin-right: 1em; padding-right: .75em; border-right: 1px solid var(--line); color: var(--dim); text-align: right; user-select: none; }
.sql .gap { color: var(--dim); }
.sql mark { color: var(--bad); background: var(--bad-soft); text-decoration: underline; text-underline-offset: 3px; }
.sql mark.open { color: var(--open); background: var(--open-soft); }
.sql .said { color: var(--bad); font-weight: 600; }
.sql .said.open { color: var(--open); }
@media (max-width: 40rem) {
  h1 { font-size: 1.375rem; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: .5rem; }
  .found { padding: .5rem .75rem; }
}
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --soft: #f4f5f7; --line: #c9ced6; --text: #1b1f24; --dim: #555e6a; --link: #1b1f24;
    --good: #14602b; --bad: #a3132a; --open: #744800;
  }
  nav, .skip { display: none; }
  .scroll { overflow: visible; }
  .sql { width: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
  details::details-content { content-visibility: visible; block-size: auto; }
  tr, .advice { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
}
`,
};
