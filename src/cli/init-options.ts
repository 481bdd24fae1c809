import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseImageReference } from '../core/image/reference';
import { joinAll, msg } from '../core/l10n/message';
import { note, type Note } from '../generate/model';
import { Failure } from './failure';
import type { InitArguments, InitForm } from './init';

type Name = keyof InitArguments;

const DEVICE = /^(?:\/[^\s:]+(?::\/[^\s:]+)?(?::[rwm]{1,3})?|[\w.-]+\/[\w.-]+=[\w.:-]+)$/;
const MIRROR = /^https?:\/\/[^\s"'$\\#]+$/;
const FEATURE = /^(?:\.{1,2}\/\S+|(?:[\w.-]+(?::\d+)?\/)+[\w.-]+(?::[\w.-]+|@sha256:[\da-f]{64})?)$/;

/** What values look like, with an example; what is written into files comes from here alone. */
const SHAPES: Partial<Record<Name, readonly [RegExp, string]>> = {
  gpus: [/^(?:all|none|\d+|(?:device=)?(?:\d+(?::\d+)?|(?:GPU|MIG)-[\w/-]+)(?:,(?:\d+(?::\d+)?|(?:GPU|MIG)-[\w/-]+))*)$/, 'all, none, 2, or 0,GPU-3c1f'],
  camera: [/^\/[^\s:]+$/, '/dev/video0'],
  device: [DEVICE, '/dev/ttyUSB0'],
  shmSize: [/^\d+(?:\.\d+)?[bkmg]?b?$/i, '8g'],
  ulimit: [/^[a-z]+=-?\d+(?::-?\d+)?$/, 'memlock=-1'],
  capability: [/^(?:all|compat32|compute|display|graphics|utility|video)$/, 'video'],
  user: [/^[a-z_][a-z0-9_-]{0,31}$/, 'dev'],
  workspace: [/^\/[^\s:,"'$]*$/, '/workspace'],
  service: [/^[\w.-]+$/, 'app'],
  model: [/^[\w.-]+$/, 'detector'],
  feature: [FEATURE, 'ghcr.io/devcontainers/features/git:1'],
  label: [/^[\w./-]+=[^\n]*$/, 'org.opencontainers.image.title=Detector'],
  aptMirror: [MIRROR, 'https://mirrors.example/ubuntu'],
  pipMirror: [MIRROR, 'https://mirrors.example/pypi/simple'],
  timeZone: [/^[A-Za-z][\w+-]*(?:\/[\w+-]+)*$/, 'Asia/Shanghai'],
  locale: [/^(?:C|POSIX|[a-z]{2,3}_[A-Z]{2})(?:[.@][\w.@-]+)?$/, 'zh_CN.UTF-8'],
  package: [/^[a-z0-9][a-z0-9+.-]+(?::[a-z0-9]+)?(?:=[\w.+:~-]+)?$/, 'ffmpeg'],
  requirements: [/^[^\s"'$\\]+$/, 'requirements.txt'],
  image: [/^[^-\s][^\s]*$/, 'nvidia/cuda:12.4.1-devel-ubuntu22.04'],
};

const WISHES: readonly Name[] = ['tensorrt', 'cuda', 'python', 'ubuntu', 'torch', 'tensorflow', 'driver', 'install'];
const ALWAYS: readonly Name[] = ['folder', 'comments', 'dryRun', 'yes', 'json'];
const CHOICES: readonly Name[] = ['image', 'dockerfile', 'stage', 'name', 'gpus', 'requireGpu', 'display', 'access', 'camera', 'device', 'audio', 'shmSize', 'ipcHost', 'ulimit', 'capability', 'port', 'user', 'cache', 'workspace', 'engine', ...WISHES];
const FOR_DEVCONTAINER: readonly Name[] = ['language', 'feature'];
const FOR_COMPOSE: readonly Name[] = ['service', 'composeGpus'];
const SOURCES: readonly Name[] = ['from', 'fromCompose', 'fromDevcontainer', 'useCompose', 'serve'];

/** What of the options is read for a form, by what it is made of. */
function listUsed(form: InitForm, { serve, useCompose, from, fromCompose, fromDevcontainer }: InitArguments): readonly Name[] {
  if (form === 'dockerfile') return [...WISHES, 'purpose', 'aptMirror', 'pipMirror', 'timeZone', 'locale', 'user', 'package', 'requirements', 'label', 'cache'];
  if (form === 'devcontainer' && useCompose !== undefined) return ['useCompose', 'service', ...CHOICES, ...FOR_DEVCONTAINER];
  if (form === 'compose' && serve !== undefined) return ['serve', 'image', 'port', 'model', 'serverTag', 'configFolder', 'logFolder', 'gpus', 'composeGpus'];
  if (from !== undefined) return ['from', 'requireGpu', 'engine', ...(form === 'compose' ? FOR_COMPOSE : [])];
  if (fromDevcontainer !== undefined) return ['fromDevcontainer', 'requireGpu', 'engine', ...(form === 'compose' ? FOR_COMPOSE : [])];
  if (fromCompose !== undefined) return ['fromCompose', 'service', 'requireGpu', 'engine', ...(form === 'compose' ? FOR_COMPOSE : [])];
  return [...CHOICES, ...(form === 'devcontainer' ? FOR_DEVCONTAINER : form === 'compose' ? FOR_COMPOSE : [])];
}

/**
 * Refuses what cannot be: values of the wrong shape, a folder or Dockerfile that is not there, several sources at once.
 * Tells of options that were given and are not read. Throws Failure.
 */
export function checkOptions(form: InitForm, options: InitArguments, given: readonly string[]): readonly Note[] {
  const { folder, dockerfile, image, install, purpose } = options;
  for (const [name, [shape, example]] of Object.entries(SHAPES) as [Name, readonly [RegExp, string]][]) {
    const value: unknown = options[name];
    for (const text of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      if (typeof text === 'string' && !shape.test(text)) throw new Failure(msg`${toFlag(name)} ${text}: write it like ${example}`);
    }
  }
  if (image !== undefined && parseImageReference(image) === undefined) throw new Failure(msg`--image ${image}: no name of an image`);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new Failure(msg`--folder ${folder}: no folder`);
  if (dockerfile !== undefined && !existsSync(path.join(folder, dockerfile))) throw new Failure(msg`--dockerfile ${dockerfile}: not found in ${folder}`);
  if (form === 'dockerfile' && purpose === 'cpp' && install === 'pip') throw new Failure(msg`--install pip: wheels bring no headers for C++; choose apt, ngc or archive`);
  const sources = SOURCES.filter((name) => options[name] !== undefined);
  if (sources.length > 1) throw new Failure(msg`${joinAll(sources.map(toFlag))}: one of them`);
  const used = [...ALWAYS, ...listUsed(form, options)];
  const unused = given.filter((name) => !(used as readonly string[]).includes(name));
  return unused.length === 0 ? [] : [note('Not read here: {options}.', { options: unused.map(toFlag).join(', ') })];
}

/** `shmSize` as it is written: `--shm-size`. */
function toFlag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
