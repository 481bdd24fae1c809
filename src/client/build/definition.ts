import path from 'node:path';
import type { TaskDefinition, Uri } from 'vscode';
import { without } from '../../core/without';
import { isFolderContext, type BuildSpec } from '../../docker';

/** Type of the task, as in tasks.json. */
export const BUILD_TASK = 'tensorrt-build';

/** What a task, or the last build of a Dockerfile, says; paths count from the workspace folder. See contributes.json. */
export type BuildDefinition = Partial<Omit<BuildSpec, 'context'>> & { readonly context?: string; readonly engine?: string };

/** Reads what somebody wrote into tasks.json; what is of another type than it should be is left out. */
export function readDefinition(definition: Partial<TaskDefinition>): BuildDefinition {
  const text = (name: string): object => (typeof definition[name] === 'string' && definition[name] !== '' ? { [name]: definition[name] } : {});
  const flag = (name: string): object => (definition[name] === true ? { [name]: true } : {});
  const list = (name: string): object => {
    const value = definition[name] as unknown;
    const texts = Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string' && one !== '') : [];
    return texts.length > 0 ? { [name]: texts } : {};
  };
  const map = (name: string, allowNull = false): object => {
    const value = definition[name] as unknown;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
    return { [name]: Object.fromEntries(Object.entries(value).filter(([, one]) => typeof one === 'string' || (allowNull && one === null))) };
  };
  return {
    ...['dockerfile', 'context', 'target', 'network', 'shmSize', 'builder', 'engine'].reduce((all, name) => ({ ...all, ...text(name) }), {}),
    ...['platforms', 'tags', 'secrets', 'ssh', 'cacheFrom', 'cacheTo', 'allow'].reduce((all, name) => ({ ...all, ...list(name) }), {}),
    ...['noCache', 'pull', 'push'].reduce((all, name) => ({ ...all, ...flag(name) }), {}),
    ...map('buildArgs', true),
    ...map('labels'),
    ...map('buildContexts'),
  };
}

/** What is handed to Docker: paths made absolute. Addresses of repositories are left alone. */
export function toSpec(definition: BuildDefinition, folder: Uri): BuildSpec {
  const { context = '.', dockerfile } = definition;
  const isFolder = isFolderContext(context);
  const resolved = isFolder ? path.resolve(folder.fsPath, context) : context;
  const file = dockerfile === undefined ? undefined : isFolder ? path.resolve(folder.fsPath, dockerfile) : dockerfile;
  return { ...without(definition, 'engine'), context: resolved, ...(file !== undefined && { dockerfile: file }) };
}

/** Path of the Dockerfile of a build; undefined where it lies in a repository that is not here. */
export function dockerfilePath({ context, dockerfile }: BuildSpec): string | undefined {
  if (!path.isAbsolute(context)) return undefined;
  return dockerfile ?? path.join(context, 'Dockerfile');
}
