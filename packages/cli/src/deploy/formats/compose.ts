/** docker-compose.yml */
import path from 'node:path';
import { PLAIN, type Found } from '../found.ts';
import { isDevFile, stageOfName } from '../stage.ts';
import { Yaml } from './yaml.ts';

export function readCompose(text: string, file: string): readonly Found[] {
  const dev = isDevFile(path.posix.basename(file));
  return Yaml.read(text).flatMap((yaml) =>
    yaml.entries(yaml.get(yaml.root, 'services')).flatMap(({ key: name, value: service }) =>
      ['entrypoint', 'command'].flatMap((key): Found[] => {
        const command = yaml.exec(yaml.get(service, key));
        if (!command) return [];
        // a service that runs once and ends, beside those that serve
        const once = yaml.value(service, 'restart') === 'no' || /migrat|init|seed|release/i.test(name);
        const stage = dev || stageOfName(name) === 'dev' ? 'dev' : once ? 'release' : 'start';
        return [{ ...command, where: `services.${name}.${key}`, stage, shell: PLAIN }];
      }),
    ),
  );
}
