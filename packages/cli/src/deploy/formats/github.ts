/** Workflows of GitHub Actions (Gitea's and Forgejo's are the same). */
import path from 'node:path';
import { ERREXIT, PLAIN, STRICT, mapped, type Found, type MappedText } from '../found.ts';
import { stageOfJob } from '../stage.ts';
import { Yaml } from './yaml.ts';

export function readGithub(text: string, file: string): readonly Found[] {
  return Yaml.read(text).flatMap((yaml) => {
    const workflow = yaml.root;
    const onlyPulls = isOnlyForPulls(yaml, yaml.get(workflow, 'on'));
    return yaml.entries(yaml.get(workflow, 'jobs')).flatMap(({ key: id, value: job }) => {
      const stage = onlyPulls
        ? 'dev'
        : stageOfJob([id, yaml.string(job, 'name'), yaml.string(workflow, 'name'), path.posix.basename(file)], {
            environment: yaml.get(job, 'environment') !== undefined,
            database: yaml.get(job, 'services') !== undefined,
          });
      const passes = (node: unknown): Pick<Found, 'failurePasses'> => {
        const entry = yaml.entries(node).find(({ key }) => key === 'continue-on-error');
        return entry && yaml.value(entry.value) === true
          ? { failurePasses: { at: yaml.rangeOf(entry.pair), text: 'continue-on-error: true' } }
          : {};
      };
      return yaml.items(yaml.get(job, 'steps')).flatMap((step, index): Found[] => {
        const run = yaml.text(yaml.get(step, 'run'));
        const shell = shellOf(
          [step, yaml.get(job, 'defaults', 'run'), yaml.get(workflow, 'defaults', 'run')]
            .map((node) => yaml.string(node, 'shell'))
            .find((each) => each !== undefined),
        );
        if (!run || !shell) return [];
        return [
          {
            ...withoutExpressions(run),
            where: `jobs.${id}.steps[${index}].run`,
            stage,
            shell,
            ...passes(job),
            ...passes(step),
          },
        ];
      });
    });
  });
}

/** As the documentation of `shell` has it: without one, pipes hide failures. Undefined for what isn't a shell of Unix. */
function shellOf(name: string | undefined): Found['shell'] | undefined {
  if (name === undefined || name === 'sh') return ERREXIT;
  if (name === 'bash') return STRICT;
  if (!/^\S*\b(?:ba|da|a|z|k)?sh(?:\s|$)/.test(name)) return undefined;
  return { ...PLAIN, errexit: /\s-\w*e/.test(name), pipefail: name.includes('pipefail') };
}

function isOnlyForPulls(yaml: Yaml, on: unknown): boolean {
  const events = [...yaml.items(on).map((item) => yaml.string(item)), ...yaml.entries(on).map(({ key }) => key)];
  const one = yaml.string(on);
  if (one !== undefined) events.push(one);
  return events.length > 0 && events.every((event) => event === 'pull_request' || event === 'merge_group');
}

/** `${{ … }}` is put in before a shell sees the text: a variable for it, of the same length. */
export function withoutExpressions({ text, offsetOf }: MappedText): MappedText {
  const plain = text.replace(/\$\{\{.*?\}\}/gs, (all) => `$${'_'.repeat(all.length - 1)}`);
  return plain === text
    ? { text, offsetOf }
    : mapped(
        plain,
        Array.from({ length: plain.length }, (_unit, index) => offsetOf(index)),
        offsetOf(text.length),
      );
}
