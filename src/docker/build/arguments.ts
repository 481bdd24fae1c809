import { joinComma, msg } from '../../core/l10n/message';
import { DockerError, ours } from '../errors';
import type { BuildSpec, BuildWay } from './model';

/** Files to which a builder writes what it made. */
export interface ResultFiles {
  readonly imageId: string;
  /** Written by buildx alone. */
  readonly metadata: string;
}

/**
 * Whether a build context is a folder of this machine: neither the address of a repository or archive, with and without
 * a scheme, nor standard input. https://docs.docker.com/build/concepts/context/#git-repositories (2026-11)
 */
export function isFolderContext(context: string): boolean {
  return !/^(?:[a-z][a-z0-9+.-]*:\/\/|[\w.-]+@[\w.-]+:|github\.com\/|-$)/.test(context);
}

/** Arguments of the docker command for a build. Throws DockerError for what this way of building does not know. */
export function buildArguments(spec: BuildSpec, way: Exclude<BuildWay, 'api'>, files: ResultFiles): readonly string[] {
  const isBuildx = way === 'buildx' || way === 'buildx-json';
  checkOptions(spec, way);
  return [
    ...(isBuildx ? ['buildx', 'build'] : ['build']),
    ...(spec.builder !== undefined && isBuildx ? ['--builder', spec.builder] : []),
    // Without it the containers of failed steps stay.
    ...(way === 'legacy' ? ['--force-rm'] : ['--progress', way === 'buildx-json' ? 'rawjson' : 'plain']),
    '--iidfile',
    files.imageId,
    // Builders of other drivers than docker's keep the image to themselves unless they are told.
    ...(isBuildx ? ['--metadata-file', files.metadata, spec.push === true ? '--push' : '--load'] : []),
    ...option('--file', spec.dockerfile),
    ...option('--target', spec.target),
    ...Object.entries(spec.buildArgs ?? {}).flatMap(([name, value]) => ['--build-arg', value === null ? name : `${name}=${value}`]),
    ...(spec.platforms === undefined || spec.platforms.length === 0 ? [] : ['--platform', spec.platforms.join(',')]),
    ...each('--tag', spec.tags),
    ...Object.entries(spec.labels ?? {}).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    ...each('--secret', spec.secrets),
    ...each('--ssh', spec.ssh),
    ...each('--cache-from', spec.cacheFrom),
    ...each('--cache-to', spec.cacheTo),
    ...Object.entries(spec.buildContexts ?? {}).flatMap(([name, value]) => ['--build-context', `${name}=${value}`]),
    ...option('--network', spec.network),
    ...option('--shm-size', spec.shmSize),
    ...each('--allow', spec.allow),
    ...(spec.noCache === true ? ['--no-cache'] : []),
    ...(spec.pull === true ? ['--pull'] : []),
    '--',
    spec.context,
  ];
}

function option(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [name, value];
}

function each(name: string, values: readonly string[] = []): readonly string[] {
  return values.flatMap((value) => [name, value]);
}

/** What only some ways know, by the name of its option. */
export function checkOptions(spec: BuildSpec, way: BuildWay): void {
  const needsBuildx = [
    ['--builder', spec.builder !== undefined],
    ['--cache-to', (spec.cacheTo ?? []).length > 0],
    ['--build-context', Object.keys(spec.buildContexts ?? {}).length > 0],
    ['--allow', (spec.allow ?? []).length > 0],
    ['--push', spec.push === true],
    ['--platform a,b', (spec.platforms ?? []).length > 1],
  ] as const;
  const needsBuildkit = [
    ['--secret', (spec.secrets ?? []).length > 0],
    ['--ssh', (spec.ssh ?? []).length > 0],
  ] as const;
  const isBuildx = way === 'buildx' || way === 'buildx-json';
  const lacking = [...(isBuildx ? [] : needsBuildx), ...(isBuildx || way === 'buildkit' ? [] : needsBuildkit)].filter(([, wanted]) => wanted).map(([name]) => name);
  if (lacking.length > 0) throw new DockerError({ kind: 'api', status: null, ...ours(msg`this needs the buildx component of Docker, which is not installed: ${joinComma(lacking)}`) });
}
