import type { BuildRequest } from '../build/model';
import { folderOf, resolveInside } from '../build/places';
import type { ComposeProject, ServiceMount, ServiceVariable } from '../compose/model';
import { readCompose } from '../compose/read';
import { readArgument } from '../compose/service';
import { findEntry, findScalar, findValue, listEntries, listItems, locateData, locateKey, type Data, type DataEntry, type DataMap, type Scalar } from '../data/model';
import { readJsonc } from '../data/jsonc';
import type { ContextReader } from '../shell/installers/model';
import { Traced, UNKNOWN } from '../text/traced';
import type { Devcontainer, Feature, RunOption } from './model';
import { readRunOptions } from './run-options';

export interface DevcontainerOptions {
  /** What may be read besides the file itself: the folders above and below it. */
  readonly context?: ContextReader | undefined;
  /** Folder of the file inside the context; `''` for its root. */
  readonly folder?: string | undefined;
}

/** A devcontainer.json with the Compose files that it names. Undefined for a text that is no JSON object. Never throws. */
export function readDevcontainer(text: string, file: string, { context, folder = '' }: DevcontainerOptions = {}): Devcontainer | undefined {
  const root = readJsonc(text, file, replaceVariables);
  if (root?.kind !== 'map') return undefined;
  const compose = findEntry(root, 'dockerComposeFile');
  const service = findScalar(root, 'service');
  const composeProject = compose === undefined ? undefined : readComposeFiles(compose.value, folder, context);
  const runArgs = findEntry(root, 'runArgs');
  const options = readRunOptions(runArgs?.value);
  const features = findEntry(root, 'features');
  return {
    file,
    text,
    root,
    image: findScalar(root, 'image'),
    build: compose === undefined ? readBuild(root, folder) : undefined,
    compose,
    service,
    composeProject,
    composeService: composeProject?.services.find(({ name }) => name === service?.text.value),
    runArgs,
    options,
    featuresEntry: features,
    features: listEntries(features?.value).map(readFeature),
    hostGpu: findEntry(findValue(root, 'hostRequirements'), 'gpu'),
    containerEnv: [...readVariables(findValue(root, 'containerEnv')), ...options.flatMap((option) => readVariable(option) ?? [])],
    remoteEnv: readVariables(findValue(root, 'remoteEnv')),
    mounts: [...listItems(findValue(root, 'mounts')).flatMap((mount) => readMount(mount) ?? []), ...options.flatMap((option) => readMountOption(option) ?? [])],
    files: composeProject === undefined ? new Map() : new Map([...composeProject.files, [composeProject.file, composeProject.text]]),
  };
}

const VARIABLE = /\$\{(\w+)(?::(\w+)(?::([^}]*))?)?\}/g;

/** `${localEnv:NAME:default}` by its default; every other variable is unknown, for it is the machine's. */
function replaceVariables(text: Traced): Traced {
  const parts: Traced[] = [];
  let position = 0;
  for (const match of text.value.matchAll(VARIABLE)) {
    const end = match.index + match[0].length;
    const place = text.locate(match.index, end);
    parts.push(text.slice(position, match.index));
    if (match[3] !== undefined) parts.push(text.slice(end - 1 - match[3].length, end - 1));
    else if (place !== undefined) parts.push(new Traced([{ text: UNKNOWN, ...place, verbatim: false }]));
    position = end;
  }
  return position === 0 ? text : Traced.concat([...parts, text.slice(position)]);
}

/** A path of the file inside the context; `${localWorkspaceFolder}` is the folder that holds `.devcontainer`. */
function resolvePlace(place: Scalar, folder: string): string | undefined {
  const workspace = /^\$\{(?:localW|w)orkspaceFolder\}\/?/.exec(place.raw)?.[0];
  if (workspace !== undefined) return resolveInside(folder.replace(/(?:^|\/)\.devcontainer(?:\/[^/]+)?$/, ''), place.raw.slice(workspace.length));
  return place.text.known ? resolveInside(folder, place.text.value) : undefined;
}

function readBuild(root: DataMap, folder: string): BuildRequest | undefined {
  const build = findValue(root, 'build');
  const dockerfile = findScalar(build, 'dockerfile') ?? findScalar(root, 'dockerFile');
  if (dockerfile === undefined) return undefined;
  const context = findScalar(build, 'context') ?? findScalar(root, 'context');
  return {
    location: locateData(dockerfile),
    context: context === undefined ? folder : resolvePlace(context, folder),
    // Unlike Compose's, this path counts from the file and not from the context.
    dockerfile: resolvePlace(dockerfile, folder),
    inline: undefined,
    args: listEntries(findValue(build, 'args')).flatMap((entry) => readArgument(entry) ?? []),
    target: findScalar(build, 'target'),
    namedContexts: [],
  };
}

/** The last of the Compose files, with those before it as what it is laid over. */
function readComposeFiles(data: Data, folder: string, context: ContextReader | undefined): ComposeProject | undefined {
  const files = (data.kind === 'list' ? data.items : [data]).map((item) => (item.kind === 'scalar' ? resolvePlace(item, folder) : undefined));
  const paths = files.filter((path) => path !== undefined);
  const last = paths.at(-1);
  const text = last === undefined ? undefined : context?.readText(last);
  if (context === undefined || last === undefined || text === undefined || paths.length < files.length) return undefined;
  return readCompose(text, context.fileName(last), { context, folder: folderOf(last), below: paths.slice(0, -1) });
}

function readFeature(entry: DataEntry): Feature {
  const at = entry.key.indexOf(':', entry.key.lastIndexOf('/'));
  return { id: at < 0 ? entry.key : entry.key.slice(0, at), version: at < 0 ? undefined : entry.key.slice(at + 1), entry };
}

function readVariables(data: Data | undefined): readonly ServiceVariable[] {
  return listEntries(data).flatMap((entry) => (entry.value.kind === 'scalar' ? [{ name: entry.key, value: entry.value.text, location: locateKey(entry) }] : []));
}

function readVariable({ name, value, valueNode }: RunOption): ServiceVariable | undefined {
  if ((name !== '-e' && name !== '--env') || value === undefined || valueNode === undefined) return undefined;
  const [variable = ''] = value.split('=');
  const start = valueNode.text.value.length - value.length + variable.length + 1;
  return { name: variable, value: value.includes('=') ? valueNode.text.slice(start) : undefined, location: locateData(valueNode) };
}

function readMount(data: Data): ServiceMount | undefined {
  if (data.kind === 'scalar') return readMountText(data.text.value, data);
  const target = findScalar(data, 'target')?.text.value;
  return target === undefined ? undefined : { source: findScalar(data, 'source')?.text.value, target, location: locateData(data) };
}

function readMountOption({ name, value, valueNode }: RunOption): ServiceMount | undefined {
  if (value === undefined || valueNode === undefined) return undefined;
  if (name === '--mount') return readMountText(value, valueNode);
  if (name !== '-v' && name !== '--volume') return undefined;
  const [source = '', target] = value.split(':');
  return target === undefined ? { source: undefined, target: source, location: locateData(valueNode) } : { source, target, location: locateData(valueNode) };
}

/** `source=/tmp/.X11-unix,target=/tmp/.X11-unix,type=bind`. */
function readMountText(text: string, node: Scalar): ServiceMount | undefined {
  const parts = new Map(text.split(',').map((part) => [part.split('=')[0]?.trim() ?? '', part.slice(part.indexOf('=') + 1)]));
  const target = parts.get('target') ?? parts.get('dst') ?? parts.get('destination');
  return target === undefined ? undefined : { source: parts.get('source') ?? parts.get('src'), target, location: locateData(node) };
}
