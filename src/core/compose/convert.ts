import { appendEntry, indentUnit, removeEntry, removeLines, replaceEntry, type YamlLines } from '../data/edit-yaml';
import { findEntry, type DataEntry, type DataMap } from '../data/model';
import { msg, type Message } from '../l10n/message';
import { applyEdits, type FileEdit } from '../text/edit';
import { listSyntaxes, readGpuWish, type GpuSyntax, type GpuWish } from './gpu-wish';
import type { ComposeProject, ComposeService } from './model';
import { listAssignments } from './service';

/** One way to ask for the GPUs of a service put in the place of another. */
export interface Conversion {
  readonly to: GpuSyntax;
  readonly title: Message;
  readonly edits: readonly FileEdit[];
}

const TITLES: Readonly<Record<GpuSyntax, Message>> = {
  deploy: msg`Ask for the GPU with deploy.resources.reservations.devices`,
  gpus: msg`Ask for the GPU with gpus`,
  runtime: msg`Ask for the GPU with runtime: nvidia`,
  cdi: msg`Ask for the GPU with a CDI device`,
};

/**
 * The ways in which the GPUs of a service could be asked for instead, each as edits that leave all else as it stands.
 * Empty when it asks for none, in several ways, or where its lines cannot be changed one by one (flow style, an anchor
 * that other services share, another file).
 */
export function listConversions(project: ComposeProject, service: ComposeService): readonly Conversion[] {
  const [from, ...others] = listSyntaxes(service);
  const wish = readGpuWish(service);
  const entry = findServiceEntry(project, service);
  if (from === undefined || others.length > 0 || wish === undefined || entry === undefined) return [];
  return (['deploy', 'gpus', 'cdi', 'runtime'] as const).filter((to) => to !== from).flatMap((to) => {
    const converted = convert(project.text, entry, from, to, wish);
    const dropped = converted === undefined || !isTooOld(project, to) ? undefined : removeVersion(project);
    const edits = dropped === undefined ? converted : [dropped, ...(converted ?? [])];
    if (edits === undefined || applyEdits(project.text, edits) === undefined) return [];
    return [{ to, title: dropped === undefined ? TITLES[to] : msg`${TITLES[to]}, and remove the version`, edits }];
  });
}

/** Whether programs that read the version which a file names refuse that syntax in it. */
function isTooOld({ version }: ComposeProject, to: GpuSyntax): boolean {
  if (to === 'cdi' || version === undefined) return false;
  return (to === 'runtime' ? /^3(?:\.\d+)?$/ : /^[123](?:\.\d+)?$/).test(version.text.value);
}

/** The edit that takes the key `version` out of a file; undefined where it stands in another. */
export function removeVersion({ root, text, file, version }: ComposeProject): FileEdit | undefined {
  const entry = version?.file === file ? findEntry(root, 'version') : undefined;
  return entry && removeEntry(text, root, entry);
}

/** Edits that make a service ask for GPUs which asks for none now; undefined where its lines cannot be changed. */
export function requestGpus(project: ComposeProject, service: ComposeService, wish: GpuWish): readonly FileEdit[] | undefined {
  const entry = findServiceEntry(project, service);
  const edit = entry && add(project.text, entry, 'deploy', wish);
  return edit === undefined ? undefined : [edit];
}

/** The service where the file itself writes it. */
function findServiceEntry({ root, file }: ComposeProject, { name }: ComposeService): (DataEntry & { readonly value: DataMap }) | undefined {
  const entry = findEntry(findEntry(root, 'services')?.value, name);
  return entry?.value.kind === 'map' && entry.file === file && !entry.value.flow ? { ...entry, value: entry.value } : undefined;
}

type ServiceEntry = DataEntry & { readonly value: DataMap };

function convert(text: string, service: ServiceEntry, from: GpuSyntax, to: GpuSyntax, wish: GpuWish): readonly FileEdit[] | undefined {
  const old = findOld(service, from);
  const unit = indentUnit(text, service);
  if (old === undefined || !isWithin(service, old.entry)) return undefined;
  const visible = to === 'runtime' ? setVariable(text, service, wish, unit) : from === 'runtime' ? dropVariable(text, service) : [];
  if (visible === undefined) return undefined;
  if (old.map === service.value && findEntry(service.value, render(to, wish)[0]?.[1].replace(/:.*/, '') ?? '') === undefined) {
    const edit = replaceEntry(text, old.entry, render(to, wish), unit);
    return edit && [edit, ...visible];
  }
  const removed = removeEntry(text, old.map, old.entry);
  const added = add(text, service, to, wish);
  return removed === undefined || added === undefined ? undefined : [removed, added, ...visible];
}

/** What asks for the GPUs, and the map that it is to be taken out of: as much as holds nothing else. */
function findOld(service: ServiceEntry, from: GpuSyntax): { readonly map: DataMap; readonly entry: DataEntry } | undefined {
  if (from !== 'deploy') {
    const entry = findEntry(service.value, { gpus: 'gpus', runtime: 'runtime', cdi: 'devices' }[from]);
    const shared = from === 'cdi' && entry?.value.kind === 'list' && entry.value.items.some((item) => item.kind !== 'scalar' || !item.text.value.startsWith('nvidia.com/'));
    return entry === undefined || shared ? undefined : { map: service.value, entry };
  }
  let found: { map: DataMap; entry: DataEntry } | undefined;
  let map: DataMap = service.value;
  for (const key of ['deploy', 'resources', 'reservations', 'devices']) {
    const entry = findEntry(map, key);
    if (entry === undefined) return undefined;
    if (found === undefined || map.entries.length > 1) found = { map, entry };
    if (entry.value.kind === 'map') map = entry.value;
  }
  return found;
}

/** True when an entry is written in the lines of the service, and not where an anchor stands. */
function isWithin({ value, file }: ServiceEntry, entry: DataEntry): boolean {
  return entry.file === file && entry.value.file === file && entry.keyRange.start >= value.range.start && entry.value.range.end <= value.range.end;
}

/** The lines of a way to ask, from the level of the service's keys. */
function render(syntax: GpuSyntax, wish: GpuWish): YamlLines {
  switch (syntax) {
    case 'deploy':
      return [[0, 'deploy:'], [1, 'resources:'], [2, 'reservations:'], [3, 'devices:'], ...renderRequest(wish, 4)];
    case 'gpus':
      return wish.kind === 'all' ? [[0, 'gpus: all']] : [[0, 'gpus:'], ...renderRequest(wish, 1)];
    case 'runtime':
      return [[0, 'runtime: nvidia']];
    case 'cdi':
      return [[0, 'devices:'], ...listDevices(wish).map((id) => [1, `- nvidia.com/gpu=${id}`] as const)];
  }
}

function renderRequest(wish: GpuWish, depth: number): YamlLines {
  const which = wish.kind === 'devices' ? `device_ids: [${wish.ids.map((id) => `"${id}"`).join(', ')}]` : `count: ${wish.kind === 'all' ? 'all' : wish.count}`;
  // What follows the hyphen stands two blanks in, whatever the file's own step is.
  return [[depth, '- driver: nvidia'], [depth, `  ${which}`], [depth, '  capabilities: [gpu]']];
}

function listDevices(wish: GpuWish): readonly string[] {
  if (wish.kind === 'all') return ['all'];
  return wish.kind === 'devices' ? wish.ids : Array.from({ length: wish.count }, (_, i) => String(i));
}

/** A way to ask, put behind what the service has; below `deploy` as deep as that reaches already. */
function add(text: string, service: ServiceEntry, syntax: GpuSyntax, wish: GpuWish): FileEdit | undefined {
  const unit = indentUnit(text, service);
  const lines = render(syntax, wish);
  const path = syntax === 'deploy' ? ['deploy', 'resources', 'reservations'] : [];
  let map = service.value;
  let depth = 0;
  for (const key of path) {
    const entry = findEntry(map, key);
    if (entry === undefined) break;
    if (entry.value.kind !== 'map' || !isWithin(service, entry)) return undefined;
    map = entry.value;
    depth++;
  }
  const key = lines[depth]?.[1].replace(/:.*/, '') ?? '';
  if (findEntry(map, key) !== undefined) return undefined;
  return appendEntry(text, map, lines.slice(depth).map(([level, line]) => [level - depth, line]), unit);
}

/** `NVIDIA_VISIBLE_DEVICES` given its value. */
function setVariable(text: string, service: ServiceEntry, wish: GpuWish, unit: string): readonly FileEdit[] | undefined {
  const value = listDevices(wish).join(',');
  const environment = findEntry(service.value, 'environment');
  if (environment === undefined) {
    const edit = appendEntry(text, service.value, [[0, 'environment:'], [1, `NVIDIA_VISIBLE_DEVICES: ${quoteNumber(value)}`]], unit);
    return edit && [edit];
  }
  const known = listAssignments(environment.value).find(({ key }) => key === 'NVIDIA_VISIBLE_DEVICES');
  if (known !== undefined) return known.value.kind === 'scalar' && known.value.text.value === value ? [] : undefined;
  if (!isWithin(service, environment) || environment.value.kind !== 'map') return undefined;
  const edit = appendEntry(text, environment.value, [[0, `NVIDIA_VISIBLE_DEVICES: ${quoteNumber(value)}`]], unit);
  return edit && [edit];
}

function quoteNumber(value: string): string {
  return /^[\d,]+$/.test(value) ? `"${value}"` : value;
}

/** `NVIDIA_VISIBLE_DEVICES` taken out: a device request sets it. */
function dropVariable(text: string, service: ServiceEntry): readonly FileEdit[] | undefined {
  const environment = findEntry(service.value, 'environment');
  const known = listAssignments(environment?.value).find(({ key }) => key === 'NVIDIA_VISIBLE_DEVICES');
  if (environment === undefined || known === undefined) return [];
  if (!isWithin(service, environment)) return undefined;
  const { value } = environment;
  const single = (value.kind === 'map' ? value.entries.length : value.kind === 'list' ? value.items.length : 0) === 1;
  if (single) {
    const edit = removeEntry(text, service.value, environment);
    return edit && [edit];
  }
  if (value.kind === 'map') {
    const edit = removeEntry(text, value, known);
    return edit && [edit];
  }
  return value.kind === 'list' && !value.flow ? [removeLines(text, known.file, known.keyRange.start, known.keyRange.end)] : undefined;
}
