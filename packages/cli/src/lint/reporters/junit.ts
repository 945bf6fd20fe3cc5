/** JUnit XML: a suite for each file, a test case for each finding; a file without findings is a case that passes. */
import type { XMLElement } from 'xmlbuilder';
import { printable, printableLine } from '../../terminal.ts';
import { type LintFileReport, type LintReport, isTold } from '../report.ts';

export async function junit(report: LintReport): Promise<string> {
  // only this reporter needs it
  const { create } = await import('xmlbuilder');
  const { files, errors, totals } = report;
  const root = create('testsuites', { encoding: 'UTF-8' });
  const suites = files.map((file) => ({ file, told: file.findings.filter(isTold) }));
  const failed = files.filter(({ error }) => error !== undefined).length + errors.length;
  const failures = suites.reduce((sum, { told }) => sum + told.length, 0);
  const passed = suites.filter(({ file, told }) => file.error === undefined && told.length === 0).length;
  attributes(root, {
    name: 'idempotify lint',
    tests: failures + failed + passed,
    failures,
    errors: failed,
    time: (totals.ms / 1000).toFixed(3),
  });
  for (const { file, told } of suites) suite(root, file, told);
  if (errors.length > 0) {
    const element = root.ele('testsuite');
    attributes(element, { name: 'idempotify', tests: errors.length, failures: 0, errors: errors.length });
    for (const { path, message } of errors) problem(element, path ?? 'idempotify', path, message);
  }
  return `${root.end({ pretty: true })}\n`;
}

function suite(root: XMLElement, { path, error }: LintFileReport, told: LintFileReport['findings']): void {
  const element = root.ele('testsuite');
  const tests = told.length + (error === undefined ? 0 : 1);
  attributes(element, {
    name: path,
    tests: Math.max(tests, 1),
    failures: told.length,
    errors: error === undefined ? 0 : 1,
  });
  if (error !== undefined) problem(element, path, path, error);
  if (tests === 0) attributes(element.ele('testcase'), { classname: path, name: 'no findings', file: path });
  for (const { rule, severity, line, column, message, help } of told) {
    const one = element.ele('testcase');
    attributes(one, { classname: path, name: `${rule} (${line}:${column})`, file: path, line });
    const failure = one.ele('failure');
    attributes(failure, { type: severity, message });
    failure.txt(`${visible(path)}:${line}:${column}\n${help.split('\n').map(visible).join('\n')}`);
  }
}

function problem(parent: XMLElement, className: string, file: string | undefined, message: string): void {
  const element = parent.ele('testcase');
  attributes(element, { classname: className, name: 'can be linted', ...(file === undefined ? {} : { file }) });
  attributes(element.ele('error'), { type: 'error', message });
}

function attributes(element: XMLElement, values: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(values)) element.att(name, printable(`${value}`));
}

/** What XML can't hold at all can't be in it escaped either. */
const visible = (text: string): string => printableLine(text);
