import Ajv2019 from 'ajv/dist/2019';

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;
const command = { type: ['string', 'array', 'object'], items: text, additionalProperties: { type: ['string', 'array'], items: text } } as const;
const names = { type: 'object', additionalProperties: text } as const;

/**
 * The properties of devcontainer.json that generators write, with the types that the specification gives them
 * (https://github.com/devcontainers/spec/blob/main/docs/specs/devcontainerjson-reference.md, checked 2026-11-20), and what
 * must and must not stand together.
 */
const SCHEMA = {
  type: 'object',
  properties: {
    name: text,
    image: { type: 'string', minLength: 1 },
    build: { type: 'object', properties: { dockerfile: text, context: text, target: text, args: names }, required: ['dockerfile'], additionalProperties: false },
    dockerComposeFile: { type: ['string', 'array'], items: text },
    service: text,
    workspaceFolder: text,
    workspaceMount: text,
    hostRequirements: { type: 'object', properties: { gpu: { enum: [true, false, 'optional'] } }, additionalProperties: false },
    runArgs: texts,
    privileged: { type: 'boolean' },
    init: { type: 'boolean' },
    capAdd: texts,
    securityOpt: texts,
    mounts: { type: 'array', items: { type: 'string', pattern: '^(?:source=[^,]+,)?target=[^,]+,type=(?:bind|volume|tmpfs)' } },
    containerEnv: names,
    remoteEnv: names,
    features: { type: 'object', additionalProperties: { type: 'object' } },
    forwardPorts: { type: 'array', items: { type: 'integer', minimum: 0, maximum: 65535 } },
    remoteUser: text,
    updateRemoteUserUID: { type: 'boolean' },
    overrideCommand: { type: 'boolean' },
    initializeCommand: command,
    postCreateCommand: command,
    customizations: {
      type: 'object',
      properties: { vscode: { type: 'object', properties: { extensions: { type: 'array', items: { type: 'string', pattern: '^[\\w-]+\\.[\\w-]+$' } }, settings: { type: 'object' } }, additionalProperties: false } },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
  oneOf: [
    { required: ['image'] },
    { required: ['build'] },
    { required: ['dockerComposeFile', 'service', 'workspaceFolder'], not: { anyOf: [{ required: ['runArgs'] }, { required: ['workspaceMount'] }] } },
  ],
  dependentRequired: { workspaceMount: ['workspaceFolder'] },
};

const validate = new Ajv2019({ allowUnionTypes: true }).compile(SCHEMA);

/** What is wrong with a devcontainer.json; empty when nothing is. */
export function findSchemaErrors(config: unknown): readonly string[] {
  return validate(config) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}
