import { registry } from '../engine/analyse';
import { msg } from '../l10n/message';
import type { Schema } from '../schema/model';
import { targetSchema } from '../target/schema';

const LEVELS = ['off', 'hint', 'information', 'warning', 'error'];

let schema: Schema | undefined;

/** What is told of a severity that is given to a whole family. */
export const OF_FAMILY = msg`Rules of this family that have no entry of their own.`.template;

/** The schema of `.trtc.yaml`; media/schemas/config.schema.json is written from it. */
export function configSchema(): Schema {
  return (schema ??= {
    type: 'object',
    description: 'Settings of TensorRT Containers and trtc for the files below this folder.',
    additionalProperties: false,
    properties: {
      rules: {
        type: 'object',
        description: 'Severity by rule or family; off turns it off. The narrowest entry wins.',
        additionalProperties: false,
        properties: Object.fromEntries(listRules().map(([name, description]) => [name, { type: 'string', description, enum: LEVELS } as const])),
      },
      targets: { type: 'array', description: 'Where the images must run. Rules that need to know it speak of the target that fails.', items: targetSchema() },
      overlay: {
        type: ['string', 'array'],
        description: "Files with an organisation's own images and facts, from the folder of this file.",
        items: { type: 'string', description: 'A YAML or JSON file.' },
      },
      ignore: {
        type: 'array',
        description: 'Files that are not checked: patterns as in .gitignore, from the folder of this file.',
        items: { type: 'string', description: 'third_party/, *.template.Dockerfile, !important.Dockerfile' },
      },
      buildArgs: {
        type: 'object',
        description: 'Values of ARGs, as docker build --build-arg gives them.',
        additionalProperties: { type: ['string', 'number', 'boolean'], description: 'The value.' },
      },
    },
  });
}

/** Every name that a severity may be given to, with what it stands for. */
function listRules(): readonly (readonly [string, string])[] {
  const families = [...new Set(registry.rules.map(({ family }) => family))].sort();
  return [
    ...families.map((family) => [family, OF_FAMILY] as const),
    ...registry.rules.flatMap(({ id, aliases = [], summary }) => [id, ...aliases].map((name) => [name, summary] as const)),
  ];
}
