// Undoes what a supervised program may leave on the machine. Also run over the folders of supervisors that were killed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

/** Where the folders lie. Not /tmp: that may be memory, or already an overlay on which no overlay can be mounted. */
export const BASE = '/var/tmp';
export const PREFIX = 'trtc-engine-';
/** In each folder: what the supervisor runs and what is to be undone. */
export const SPEC_FILE = 'spec.json';
/** In each folder: which process answers for it. */
const OWNER_FILE = 'owner.json';
/** A folder without an owner is one that is just being made, unless it is older than this. */
const YOUNG_MS = 60_000;

/** Text that says which process answers for a folder: its number may be given to another later, its start time not. */
export function ownerText(pid) {
  return JSON.stringify({ pid, start: startOf(pid), namespace: namespace() });
}

/** Takes back bridges, control groups, files and the folder itself. Mounts went with the supervisor's namespace. */
export function cleanUp(folder, { bridge, cgroup, files = [] } = {}) {
  for (const name of [...(bridge === undefined ? [] : [bridge.name]), ...bridgesOfDocker(folder)]) spawnSync('ip', ['link', 'delete', name], { stdio: 'ignore' });
  if (cgroup !== undefined) removeControlGroups(cgroup);
  for (const file of [...files, folder]) rmSync(file, { recursive: true, force: true, maxRetries: 5 });
}

/** Cleans up after supervisors that died without doing it themselves. */
export function sweep() {
  for (const name of readdirSync(BASE)) {
    const folder = path.join(BASE, name);
    if (!name.startsWith(PREFIX) || isOwned(folder)) continue;
    try {
      cleanUp(folder, readJson(path.join(folder, SPEC_FILE))?.undo);
    } catch (error) {
      console.error(`${folder} could not be removed: ${error.message}`);
    }
  }
}

function isOwned(folder) {
  const owner = readJson(path.join(folder, OWNER_FILE));
  // Of a container that shares the folder with us we see no processes.
  if (owner !== undefined) return owner.namespace !== namespace() || (owner.start !== null && startOf(owner.pid) === owner.start);
  const stat = statSync(folder, { throwIfNoEntry: false });
  return stat === undefined || Date.now() - stat.mtimeMs < YOUNG_MS;
}

/** The namespace in which our process ids hold. */
function namespace() {
  return readlinkSync('/proc/self/ns/pid');
}

/** When a process started, in clock ticks since boot (field 22 of /proc/PID/stat); null when there is none or it is dead. */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the name, may hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : Number(fields[19]);
  } catch {
    return null;
  }
}

/** A control group is a folder of each hierarchy (version 1) or of the one (version 2); it goes when its children have gone. */
function removeControlGroups(name) {
  const top = '/sys/fs/cgroup';
  if (!existsSync(top)) return;
  for (const hierarchy of [top, ...readdirSync(top).map((entry) => path.join(top, entry))]) {
    const group = path.join(hierarchy, name);
    if (existsSync(group)) spawnSync('find', [group, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';'], { stdio: 'ignore' });
  }
}

/**
 * The bridges of the networks that somebody made on the engine of a folder, Compose for one: dockerd leaves them to its next
 * start, and each holds one of the few address ranges that Docker gives away. Named after the networks, of which it keeps
 * a database with keys like docker/network/v1.0/bridge/ID.
 */
function bridgesOfDocker(folder) {
  const file = path.join(folder, 'root/network/files/local-kv.db');
  if (!existsSync(file)) return [];
  return new Set([...readFileSync(file, 'latin1').matchAll(/\/bridge\/([\da-f]{12})[\da-f]{52}/g)].map(([, id]) => `br-${id}`));
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
