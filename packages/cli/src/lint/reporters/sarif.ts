/** SARIF 2.1.0: for code scanning of GitHub, Azure DevOps, editors. */
import { pathToFileURL } from 'node:url';
import { rules } from '@idempotify/rules';
import type { Log, ReportingDescriptor, Result, Suppression } from 'sarif';
import { packageVersion } from '../../package.ts';
import type { LintFinding, LintReport } from '../report.ts';
import type { ReportContext } from './reporter.ts';
import { projectPath, projectRoot, uniqueFingerprints } from './places.ts';

/** What is told without being a rule. */
const OWN: Readonly<Record<string, string>> = {
  'syntax-error': 'PostgreSQL does not take the statement',
  'bad-disable': 'A comment disables a rule without a reason, or a rule that is not there',
  'unused-disable': 'A comment disables something that is not found',
};

export function sarif(report: LintReport, { cwd }: ReportContext): string {
  const root = projectRoot(cwd);
  const unique = uniqueFingerprints();
  const positions = new Map<string, number>();
  const used: ReportingDescriptor[] = [];
  const indexOf = (finding: LintFinding): number => {
    let index = positions.get(finding.rule);
    if (index === undefined) {
      index = used.length;
      positions.set(finding.rule, index);
      used.push(descriptor(finding));
    }
    return index;
  };
  const results: Result[] = [];
  for (const { path, findings } of report.files) {
    const file = projectPath(path, cwd, root);
    for (const finding of findings) {
      const { line, column, endLine, endColumn, message, help, rule, severity } = finding;
      const suppressions = suppressionsOf(finding);
      results.push({
        ruleId: rule,
        ruleIndex: indexOf(finding),
        level: severity,
        message: { text: help === '' ? message : `${message}${/[.!?]$/.test(message) ? '' : '.'} ${help}` },
        locations: [
          {
            physicalLocation: {
              artifactLocation: artifact(file),
              region: { startLine: line, startColumn: column, endLine, endColumn },
            },
          },
        ],
        partialFingerprints: { 'idempotifyStatement/v1': unique(file, finding) },
        ...(suppressions.length === 0 ? {} : { suppressions }),
      });
    }
  }
  const problems = [
    ...report.files.flatMap(({ path, error }) =>
      error === undefined ? [] : [{ text: error, file: projectPath(path, cwd, root) }],
    ),
    ...report.errors.map(({ path, message }) => ({
      text: path === undefined ? message : `${path}: ${message}`,
      file: undefined,
    })),
  ];
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'idempotify', version: packageVersion(), semanticVersion: packageVersion(), rules: used },
        },
        // a column counts what editors count
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { '%SRCROOT%': { uri: `${pathToFileURL(root).href.replace(/\/$/, '')}/` } },
        invocations: [
          {
            executionSuccessful: problems.length === 0,
            ...(problems.length === 0
              ? {}
              : {
                  toolExecutionNotifications: problems.map(({ text, file }) => ({
                    level: 'error' as const,
                    message: { text },
                    ...(file === undefined
                      ? {}
                      : { locations: [{ physicalLocation: { artifactLocation: artifact(file) } }] }),
                  })),
                }),
          },
        ],
        results,
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function suppressionsOf({ suppressed, known }: LintFinding): Suppression[] {
  if (suppressed) {
    const { reason } = suppressed;
    return [{ kind: 'inSource', ...(reason === '' ? {} : { justification: reason }) }];
  }
  return known ? [{ kind: 'external', justification: 'a known finding' }] : [];
}

/** Relative to the checkout where it lies in it. */
function artifact(file: string): { uri: string; uriBaseId?: string } {
  const absolute = file.startsWith('/') || /^[A-Za-z]:/.test(file);
  if (absolute) return { uri: pathToFileURL(file).href };
  return { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' };
}

function descriptor({ rule: name, severity }: LintFinding): ReportingDescriptor {
  const rule = rules.find((each) => each.name === name);
  const text = `${rule?.summary ?? OWN[name] ?? name}.`;
  return {
    id: name,
    shortDescription: { text },
    help: { text: `idempotify explain ${name} says more.` },
    defaultConfiguration: { level: rule?.severity ?? severity },
    ...(rule ? { properties: { tags: [rule.category], category: rule.category } } : {}),
  };
}
