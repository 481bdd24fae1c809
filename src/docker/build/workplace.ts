// A folder for the files of one build, and what there is to find of a build whose process was killed.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isOrphan, ownerLabels, startOf } from '../owner';

const PREFIX = 'trtc-build-';
const OWNER_FILE = 'owner.json';

/** Whose folder it is, and the docker command that writes into it. */
interface Owner {
  readonly labels: Readonly<Record<string, string>>;
  readonly program?: { readonly pid: number; readonly started: string };
}

/** A folder that lives as long as one build. */
export interface Workplace {
  readonly folder: string;
  /** Notes the process that builds, the leader of its group, so that it can be ended for one that was killed. */
  readonly note: (pid: number) => void;
  readonly close: () => Promise<void>;
}

/** Makes the folder, and clears away what killed processes left. */
export async function openWorkplace(): Promise<Workplace> {
  sweepBuilds();
  const folder = await mkdtemp(path.join(os.tmpdir(), PREFIX));
  const write = (owner: Owner): void => writeFileSync(path.join(folder, OWNER_FILE), JSON.stringify(owner));
  const labels = ownerLabels(path.basename(folder));
  write({ labels });
  return {
    folder,
    note: (pid) => write({ labels, program: { pid, started: startOf(pid) } }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * Ends the docker commands of builds whose process is no more, whereupon the engine gives the build up, and removes their
 * folders. A docker command that has nothing to print does not notice by itself.
 */
export function sweepBuilds(): void {
  for (const name of attempt(() => readdirSync(os.tmpdir())) ?? []) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = path.join(os.tmpdir(), name);
    // In a folder of everybody's anybody may lay out names of processes.
    if (attempt(() => statSync(folder).uid) !== (process.getuid?.() ?? 0)) continue;
    const owner = attempt(() => JSON.parse(readFileSync(path.join(folder, OWNER_FILE), 'utf8')) as Owner);
    if (owner === undefined || !isOrphan(owner.labels)) continue;
    const { program } = owner;
    // A number alone may be that of another process by now.
    if (program !== undefined && program.started !== '' && startOf(program.pid) === program.started) attempt(() => process.kill(-program.pid, 'SIGTERM'));
    attempt(() => rmSync(folder, { recursive: true, force: true }));
  }
}

function attempt<T>(deed: () => T): T | undefined {
  try {
    return deed();
  } catch {
    return undefined;
  }
}
