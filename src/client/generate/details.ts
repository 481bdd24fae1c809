import { l10n } from 'vscode';
import { without } from '../../core/without';
import type { Choices } from '../../generate/choices';
import type { Engine } from '../../generate/model';
import type { Chosen, Form } from './questions';
import { askText, pickMany, pickOne, type Answered, type Choice, type Place, type Question } from './steps';

/** Choices, changed in one respect. */
type Ask = (choices: Choices, place: Place) => Promise<Answered<Choices>>;

interface Detail {
  readonly label: string;
  /** What holds now. */
  readonly now: (choices: Choices) => string;
  readonly detail: string;
  readonly ask: Ask;
}

/** What few people change: one list with what holds, where a row is changed by choosing it. Passed over unless it was asked for. */
export function askDetails(form: Form): Question<Chosen> {
  return async (answers, place) => {
    if (!answers.more || answers.service !== undefined) return { value: answers };
    const details = listDetails(form);
    let { choices } = answers;
    for (;;) {
      const rows: readonly Choice<Detail | undefined>[] = [
        { label: `$(check) ${l10n.t('Go on')}`, value: undefined },
        ...details.map((detail) => ({ label: detail.label, description: detail.now(choices), detail: detail.detail, value: detail })),
      ];
      const answered = await pickOne(place, l10n.t('Choose what to change'), rows, undefined);
      if (answered === undefined || answered === 'back') return answered;
      if (answered.value === undefined) return { value: { ...answers, choices } };
      const changed = await answered.value.ask(choices, place);
      if (changed === undefined) return undefined;
      if (changed !== 'back') choices = changed.value;
    }
  };
}

function listDetails(form: Form): readonly Detail[] {
  const engines = engineNames();
  return [
    {
      label: l10n.t('User'),
      now: ({ user }) => (user === undefined ? l10n.t('what the image says') : user === 'host' ? l10n.t('your own number') : user),
      detail: l10n.t('Whom the files belong to that are made in the container'),
      ask: askUser,
    },
    { label: l10n.t('Engine'), now: ({ engine }) => engines[engine], detail: l10n.t('Each is asked for GPUs in its own way'), ask: askEngine },
    { label: l10n.t('Ports'), now: ({ ports }) => listOrNone(ports), detail: l10n.t('Open on this machine only, not to its network'), ask: askPorts },
    { label: l10n.t('Devices'), now: ({ devices }) => listOrNone(devices), detail: l10n.t('Besides GPUs and cameras: serial ports, capture cards'), ask: askDevices },
    { label: l10n.t('Shared memory'), now: ({ shmSize, ipcHost }) => (ipcHost ? l10n.t('that of the host') : (shmSize ?? '64m')), detail: l10n.t('Size of /dev/shm'), ask: askSharedMemory },
    { label: l10n.t('Folder of the project'), now: (choices) => choices.workspace ?? l10n.t('where VS Code mounts it'), detail: l10n.t('In the container'), ask: askWorkspace },
    ...(form === 'devcontainer'
      ? [{ label: l10n.t('Features'), now: ({ features }: Choices) => listOrNone(Object.keys(features).map(shorten)), detail: l10n.t('Tools that are installed on top of the image, as containers.dev lists them'), ask: askFeatures }]
      : []),
  ];
}

function listOrNone(values: readonly (string | number)[]): string {
  return values.length === 0 ? l10n.t('none') : values.join(', ');
}

const askUser: Ask = async (choices, place) => {
  const set = (user: string | undefined): Answered<Choices> => ({ value: user === undefined ? without(choices, 'user') : { ...choices, user } });
  const answered = await pickOne<'image' | 'host' | 'other'>(
    place,
    l10n.t('Who works in the container?'),
    [
      { label: l10n.t('What the image says'), detail: l10n.t('Often root'), value: 'image' },
      { label: l10n.t('Your own number'), detail: l10n.t('Files belong to you; the user has no name in the container'), value: 'host' },
      { label: l10n.t('A user of the image…'), value: 'other' },
    ],
    choices.user === undefined ? 'image' : choices.user === 'host' ? 'host' : 'other',
  );
  if (answered === undefined || answered === 'back') return answered;
  if (answered.value !== 'other') return set(answered.value === 'host' ? 'host' : undefined);
  const text = await askText(place, l10n.t('Name of the user'), choices.user === 'host' ? '' : (choices.user ?? ''), (given) => (/^[a-z_][a-z0-9_-]{0,31}$/.test(given.trim()) ? undefined : l10n.t('Small letters, digits, hyphens and underscores: dev, ubuntu')));
  return text === undefined || text === 'back' ? text : set(text.value);
};

const askEngine: Ask = async (choices, place) => {
  const names = engineNames();
  const details: Readonly<Record<Engine, string>> = { docker: '--gpus all', cdi: '--device nvidia.com/gpu=all', rootless: l10n.t('--gpus all; root of the container is you'), podman: '--device nvidia.com/gpu=all' };
  const answered = await pickOne(place, l10n.t('What runs the container?'), (['docker', 'cdi', 'rootless', 'podman'] as const).map((value) => ({ label: names[value], detail: details[value], value })), choices.engine);
  return answered === undefined || answered === 'back' ? answered : { value: { ...choices, engine: answered.value } };
};

const askPorts: Ask = async (choices, place) => {
  const wrong = (given: string): boolean => given.trim() !== '' && !splitList(given).every((port) => /^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65_536);
  const text = await askText(place, l10n.t('Numbers of ports, with commas; nothing for none'), choices.ports.join(', '), (given) => (wrong(given) ? l10n.t('Numbers from 1 to 65535, such as 8888, 6006') : undefined));
  return text === undefined || text === 'back' ? text : { value: { ...choices, ports: splitList(text.value).map(Number) } };
};

const askDevices: Ask = async (choices, place) => {
  const text = await askText(place, l10n.t('Device nodes, with commas; nothing for none'), choices.devices.join(', '), (given) =>
    splitList(given).every((device) => /^(?:\/[^\s:]+(?::\/[^\s:]+)?(?::[rwm]{1,3})?|[\w.-]+\/[\w.-]+=[\w.:-]+)$/.test(device)) ? undefined : l10n.t('Such as /dev/ttyUSB0, /dev/dri'),
  );
  return text === undefined || text === 'back' ? text : { value: { ...choices, devices: splitList(text.value) } };
};

const askSharedMemory: Ask = async (choices, place) => {
  const text = await askText(place, l10n.t('Size of shared memory'), choices.shmSize ?? '8g', (given) => (/^[1-9]\d*[bkmg]$/i.test(given.trim()) ? undefined : l10n.t('A number with b, k, m or g: 8g')));
  return text === undefined || text === 'back' ? text : { value: { ...choices, shmSize: text.value, ipcHost: false } };
};

const askWorkspace: Ask = async (choices, place) => {
  const text = await askText(place, l10n.t('Folder in the container'), choices.workspace ?? '/workspace', (given) => (/^\/[^\s:,]+$/.test(given.trim()) ? undefined : l10n.t('An absolute path: /workspace')));
  return text === undefined || text === 'back' ? text : { value: { ...choices, workspace: text.value } };
};

/** Features that GPU images mostly lack, by https://github.com/devcontainers/features (checked 2026-11-20). */
const COMMON = ['ghcr.io/devcontainers/features/common-utils:2', 'ghcr.io/devcontainers/features/git:1'];

const askFeatures: Ask = async (choices, place) => {
  const names = [...new Set([...COMMON, ...Object.keys(choices.features)])];
  const other = '';
  const rows = [...names.map((name) => ({ label: shorten(name), description: name, value: name })), { label: l10n.t('Another feature…'), value: other }];
  const answered = await pickMany(place, l10n.t('Which features?'), rows, Object.keys(choices.features));
  if (answered === undefined || answered === 'back') return answered;
  const chosen = answered.value.filter((name) => name !== other);
  if (answered.value.includes(other)) {
    const text = await askText(place, l10n.t('Reference of the feature'), '', (given) => (/^(?:[\w.-]+(?::\d+)?\/)+[\w.-]+(?::[\w.-]+|@sha256:[\da-f]{64})?$/.test(given.trim()) ? undefined : l10n.t('Such as ghcr.io/devcontainers/features/node:1')));
    if (text === undefined || text === 'back') return text;
    chosen.push(text.value);
  }
  return { value: { ...choices, features: Object.fromEntries(chosen.map((name) => [name, choices.features[name] ?? {}])) } };
};

function engineNames(): Readonly<Record<Engine, string>> {
  return { docker: 'Docker', cdi: l10n.t('Docker with CDI'), rootless: l10n.t('Docker without root'), podman: 'Podman' };
}

/** The last part of a feature's reference, without its version. */
function shorten(feature: string): string {
  return feature.replace(/^.*\//, '').replace(/[:@].*$/, '');
}

function splitList(text: string): string[] {
  return text.split(/[\s,]+/).filter((part) => part !== '');
}

