import { removeEntry, removeItem } from '../../data/edit-yaml';
import { findEntry, findScalar, findValue, listItems, type Data, type DataEntry, type DataMap } from '../../data/model';
import { removeVersion } from '../../compose/convert';
import type { ComposeProject, ComposeService, DeviceRequest } from '../../compose/model';
import { listAssignments } from '../../compose/service';
import { msg } from '../../l10n/message';
import type { FileEdit } from '../../text/edit';
import type { Fix } from '../model';

/** Keys that only an item of a device request has. */
const REQUEST_KEYS = ['driver', 'count', 'device_ids', 'capabilities'];

/** Where the devices of a service belong. */
export const DEVICES_PATH = ['deploy', 'resources', 'reservations', 'devices'] as const;

/** Places where people write a device request and Compose does not look for one, from the service's node. */
const WRONG_PATHS: readonly (readonly string[])[] = [
  ['deploy', 'resources', 'limits', 'devices'],
  ['deploy', 'resources', 'devices'],
  ['deploy', 'reservations', 'devices'],
  ['deploy', 'devices'],
  ['resources', 'reservations', 'devices'],
  ['resources', 'limits', 'devices'],
  ['resources', 'devices'],
  ['reservations', 'devices'],
  ['devices'],
  ['device_requests'],
];

/** A device request in a wrong place: the map that holds it, and its path. */
export interface MisplacedRequest {
  readonly path: readonly string[];
  readonly parent: DataMap;
  readonly entry: DataEntry;
}

/** The device requests of a service that stand where none belongs. */
export function listMisplaced({ node }: ComposeService): readonly MisplacedRequest[] {
  return WRONG_PATHS.flatMap((path) => {
    const parent = findValue(node, ...path.slice(0, -1));
    const entry = findEntry(parent, path.at(-1) ?? '');
    if (parent?.kind !== 'map' || entry === undefined) return [];
    // Device files have their place directly under the service: below `deploy` no list of devices but that of requests has one.
    const isWrong = path[0] === 'deploy' ? listItems(entry.value).length > 0 : listItems(entry.value).some(isRequest);
    return isWrong ? [{ path, parent, entry }] : [];
  });
}

/** True for a map that has keys of a device request. */
export function isRequest(item: Data): boolean {
  return item.kind === 'map' && REQUEST_KEYS.some((key) => findEntry(item, key) !== undefined) && findEntry(item, 'source') === undefined;
}

/** True for a request that NVIDIA's driver answers: it names that driver, or none and the capability gpu. */
export function isForNvidia({ driver, capabilities, node, syntax }: DeviceRequest): boolean {
  if (driver !== undefined) return driver.text.value === 'nvidia';
  return syntax === 'gpus' || node.kind === 'scalar' || listItems(capabilities?.value).some((item) => item.kind === 'scalar' && /^(?:gpu|nvidia)$/.test(item.text.value));
}

/** A fix that takes a variable out of `environment`; none where it stands alone or comes from elsewhere. */
export function removeVariable({ text, file }: ComposeProject, { node }: ComposeService, name: string): readonly Fix[] {
  const environment = findValue(node, 'environment');
  const entry = listAssignments(environment).find(({ key }) => key === name);
  if (environment === undefined || entry?.file !== file || environment.file !== file) return [];
  let edit: FileEdit | undefined;
  if (environment.kind === 'map') edit = environment.entries.length === 1 ? removeOnly(text, node, 'environment') : removeEntry(text, environment, entry);
  else if (environment.kind === 'list') {
    const item = environment.items.find((each) => each.kind === 'scalar' && each.range.start <= entry.keyRange.start && entry.keyRange.end <= each.range.end);
    edit = environment.items.length === 1 ? removeOnly(text, node, 'environment') : item && removeItem(text, environment, item);
  }
  return edit === undefined ? [] : [{ title: msg`Remove ${name}`, safe: false, edits: [edit] }];
}

function removeOnly(text: string, node: DataMap, key: string): FileEdit | undefined {
  const entry = findEntry(node, key);
  return entry && removeEntry(text, node, entry);
}

/** The words of a service's `network_mode`, `ipc` or another attribute of one value; undefined when it is absent. */
export function readWord({ node }: ComposeService, key: string): string | undefined {
  return findScalar(node, key)?.text.value;
}

/** A fix that takes the key `version` out of a file. */
export function dropVersion(project: ComposeProject): readonly Fix[] {
  const edit = removeVersion(project);
  return edit === undefined ? [] : [{ title: msg`Remove the version`, safe: false, edits: [edit] }];
}
