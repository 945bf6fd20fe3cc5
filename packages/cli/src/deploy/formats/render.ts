/** render.yaml */
import { ERREXIT, type Found } from '../found.ts';
import { Yaml } from './yaml.ts';

const STAGES = {
  buildCommand: 'build',
  preDeployCommand: 'release',
  initialDeployHook: 'release',
  startCommand: 'start',
  dockerCommand: 'start',
} as const;

export function readRender(text: string): readonly Found[] {
  return Yaml.read(text).flatMap((yaml) =>
    // services stand at the top, in preview groups, and in the environments of projects
    services(yaml, yaml.root).flatMap(({ service, where }) =>
      Object.entries(STAGES).flatMap(([key, stage]): Found[] => {
        const command = yaml.text(yaml.get(service, key));
        // whether a line that fails ends a command of several lines isn't documented: nothing is said about it
        return command ? [{ ...command, where: `${where}.${key}`, stage, shell: ERREXIT }] : [];
      }),
    ),
  );
}

function services(yaml: Yaml, node: unknown, above = ''): { service: unknown; where: string }[] {
  const own = yaml
    .items(yaml.get(node, 'services'))
    .map((service, index) => ({ service, where: `${above}services[${index}]` }));
  const nested = ['projects', 'environments'].flatMap((key) =>
    yaml.items(yaml.get(node, key)).flatMap((each, index) => services(yaml, each, `${above}${key}[${index}].`)),
  );
  return [...own, ...nested];
}
