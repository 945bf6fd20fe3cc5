/** .gitlab-ci.yml */
import { STRICT, joined, type Found } from '../found.ts';
import { stageOfJob } from '../stage.ts';
import { Yaml } from './yaml.ts';

/** Keys at the top that are no jobs. */
const GLOBAL = new Set([
  'image',
  'services',
  'stages',
  'variables',
  'cache',
  'include',
  'workflow',
  'pages:deploy',
  'spec',
]);

export function readGitlab(text: string): readonly Found[] {
  return Yaml.read(text).flatMap((yaml) =>
    yaml
      .entries(yaml.root)
      .filter(({ key }) => !GLOBAL.has(key))
      .flatMap(({ key: name, value: job }): Found[] => {
        const stage = stageOfJob([name, yaml.string(job, 'stage')], {
          environment: yaml.get(job, 'environment') !== undefined,
          database: yaml.get(job, 'services') !== undefined,
        });
        const allow = yaml.entries(job).find(({ key }) => key === 'allow_failure');
        const passes: Pick<Found, 'failurePasses'> =
          allow && yaml.value(allow.value) === true
            ? { failurePasses: { at: yaml.rangeOf(allow.pair), text: 'allow_failure: true' } }
            : {};
        const after = yaml.entries(job).find(({ key }) => key === 'after_script');
        const main = ['before_script', 'script']
          .map((key) => yaml.script(yaml.get(job, key)))
          .filter((each) => each !== undefined);
        const last = after && yaml.script(after.value);
        return [
          // one shell runs both
          ...(main.length > 0
            ? [{ ...joined(main, '\n'), where: `${name}.script`, stage, shell: STRICT, ...passes }]
            : []),
          ...(after && last
            ? [
                {
                  ...last,
                  where: `${name}.after_script`,
                  stage,
                  shell: STRICT,
                  failurePasses: {
                    at: yaml.rangeOf({ ...after.pair, value: null } as typeof after.pair),
                    text: 'after_script',
                  },
                },
              ]
            : []),
        ];
      }),
  );
}
