import { resolveInside } from '../build/places';
import type { BuildArgument, BuildRequest } from '../build/model';
import { findEntry, findScalar, findValue, listItems, locateData, locateEntry, locateKey, type Data, type DataEntry, type DataMap, type Scalar } from '../data/model';
import { Traced } from '../text/traced';
import type { Environment } from './interpolate';
import { splitAssignment } from './merge';
import type { CdiDevice, ComposeService, DeviceRequest, ServiceMount, ServiceVariable } from './model';

/** What a service may look up while it is read. */
export interface ServiceFiles {
  /** Folder of a file of the project inside the context. */
  folderOf(file: string): string;
  /** The variables of an env file; undefined when it cannot be read. */
  readEnvironment(folder: string, path: string): Environment | undefined;
}

/** The typed view of a service: `entry` is its place in the file that was read, `node` what Compose makes of it. */
export function viewService(entry: DataEntry, node: DataMap, complete: boolean, files: ServiceFiles): ComposeService {
  const image = findScalar(node, 'image');
  const build = findEntry(node, 'build');
  const { variables, allRead } = readVariables(node, files);
  const devices = listItems(findValue(node, 'devices'));
  return {
    name: entry.key,
    location: locateKey(entry),
    node,
    complete: complete && (image !== undefined || build !== undefined),
    image,
    build: build === undefined ? undefined : readBuild(build, files),
    environment: variables,
    environmentComplete: allRead,
    runtime: findScalar(node, 'runtime'),
    requests: [...readRequests(findValue(node, 'deploy', 'resources', 'reservations', 'devices'), 'deploy'), ...readRequests(findValue(node, 'gpus'), 'gpus')],
    cdiDevices: devices.flatMap(readCdiDevice),
    devicePaths: devices.flatMap((device) => readDevicePath(device) ?? []),
    mounts: listItems(findValue(node, 'volumes')).flatMap((volume) => readMount(volume) ?? []),
    command: readWords(findValue(node, 'command')),
    entrypoint: readWords(findValue(node, 'entrypoint')),
  };
}

/** The variable of a service; of several of one name the last. */
export function findVariable({ environment }: Pick<ComposeService, 'environment'>, name: string): ServiceVariable | undefined {
  return environment.findLast((variable) => variable.name === name);
}

function readVariables(node: DataMap, files: ServiceFiles): { readonly variables: readonly ServiceVariable[]; readonly allRead: boolean } {
  const envFile = findValue(node, 'env_file');
  const paths = (envFile?.kind === 'list' ? envFile.items : envFile === undefined ? [] : [envFile]).flatMap((item) => (item.kind === 'scalar' ? item : (findScalar(item, 'path') ?? [])));
  const variables: ServiceVariable[] = [];
  let allRead = true;
  for (const path of paths) {
    const environment = files.readEnvironment(files.folderOf(path.file), path.text.value);
    if (environment === undefined) allRead = false;
    for (const [name, value] of environment ?? []) variables.push({ name, value, location: locateData(path) });
  }
  for (const entry of listAssignments(findValue(node, 'environment'))) {
    const { key, value } = entry;
    if (value.kind === 'scalar') variables.push({ name: key, value: value.type === 'null' ? undefined : value.text, location: locateEntry(entry) });
  }
  return { variables, allRead };
}

/** A map, or a list of `NAME=value`, as entries. */
export function listAssignments(data: Data | undefined): readonly DataEntry[] {
  if (data?.kind === 'map') return data.entries;
  return listItems(data).flatMap((item) => (item.kind === 'scalar' ? splitAssignment(item) : []));
}

function readBuild(entry: DataEntry, files: ServiceFiles): BuildRequest {
  const { value } = entry;
  const place = value.kind === 'scalar' ? value : findScalar(value, 'context');
  const context = place === undefined ? files.folderOf(entry.file) : place.text.known ? resolveInside(files.folderOf(place.file), place.text.value) : undefined;
  const dockerfile = findScalar(value, 'dockerfile');
  const name = dockerfile === undefined ? 'Dockerfile' : dockerfile.text.known ? dockerfile.text.value : undefined;
  return {
    location: locateKey(entry),
    context,
    dockerfile: context === undefined || name === undefined ? undefined : resolveInside(context, name),
    inline: findScalar(value, 'dockerfile_inline'),
    args: listAssignments(findValue(value, 'args')).flatMap((each) => readArgument(each) ?? []),
    target: findScalar(value, 'target'),
    namedContexts: listAssignments(findValue(value, 'additional_contexts')).flatMap(({ key, value: given }) => (given.kind === 'scalar' ? [{ name: key, value: given.text }] : [])),
  };
}

/** An entry of `args`; an unquoted number arrives as YAML reads it: `3.10` as `3.1`. */
export function readArgument(entry: DataEntry): BuildArgument | undefined {
  const { key, value } = entry;
  return value.kind === 'scalar' ? { name: key, value: value.type === 'null' ? undefined : argumentText(value), location: locateEntry(entry), node: value } : undefined;
}

function argumentText(value: Scalar): Traced {
  const number = value.type === 'number' && /^[-+]?\d*\.\d+$/.test(value.raw) ? String(Number(value.raw)) : value.raw;
  return number === value.raw ? value.text : new Traced([{ text: number, ...locateData(value), verbatim: false }]);
}

function readRequests(data: Data | undefined, syntax: DeviceRequest['syntax']): readonly DeviceRequest[] {
  const nodes = data?.kind === 'list' ? data.items : data === undefined ? [] : [data];
  return nodes.flatMap((node): DeviceRequest[] => {
    if (node.kind === 'list' || (node.kind === 'scalar' && (syntax === 'deploy' || node.type === 'null'))) return [];
    return [
      {
        syntax,
        node,
        driver: findScalar(node, 'driver'),
        count: findEntry(node, 'count'),
        deviceIds: findEntry(node, 'device_ids'),
        capabilities: findEntry(node, 'capabilities'),
      },
    ];
  });
}

function readCdiDevice(data: Data): readonly CdiDevice[] {
  if (data.kind !== 'scalar') return [];
  const device = /^nvidia\.com\/(?:gpu|mig\S*?)=(\S+)$/.exec(data.text.value)?.[1];
  return device === undefined ? [] : [{ device, node: data }];
}

function readDevicePath(data: Data): string | undefined {
  if (data.kind === 'map') return findScalar(data, 'source')?.text.value;
  return data.kind === 'scalar' ? data.text.value.split(':')[0] : undefined;
}

function readMount(data: Data): ServiceMount | undefined {
  if (data.kind === 'map') {
    const target = findScalar(data, 'target')?.text.value;
    return target === undefined ? undefined : { source: findScalar(data, 'source')?.text.value, target, location: locateData(data) };
  }
  if (data.kind !== 'scalar') return undefined;
  const parts = data.text.value.split(':');
  const [first = '', second] = parts;
  return second === undefined ? { source: undefined, target: first, location: locateData(data) } : { source: first, target: second, location: locateData(data) };
}

function readWords(data: Data | undefined): readonly string[] {
  if (data?.kind === 'scalar') return data.text.value.split(/\s+/).filter((word) => word !== '');
  return listItems(data).flatMap((item) => (item.kind === 'scalar' ? item.text.value : []));
}

