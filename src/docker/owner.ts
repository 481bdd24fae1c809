// Which process a container was made by, so that another can tell whether anybody still cares for it.
import { readFileSync, readlinkSync } from 'node:fs';
import os from 'node:os';

export const RUN_LABEL = 'tensorrt-containers.run';
const HOST_LABEL = 'tensorrt-containers.host';
const PID_LABEL = 'tensorrt-containers.pid';
const STARTED_LABEL = 'tensorrt-containers.started';

/** Labels for what this process makes and will remove. */
export function ownerLabels(runId: string): Readonly<Record<string, string>> {
  return { [RUN_LABEL]: runId, [HOST_LABEL]: machine(), [PID_LABEL]: String(process.pid), [STARTED_LABEL]: startOf(process.pid) };
}

/** Whether a container with these labels was made by a process of this machine that is no more. */
export function isOrphan(labels: Readonly<Record<string, string>>): boolean {
  const pid = Number(labels[PID_LABEL]);
  if (labels[HOST_LABEL] !== machine() || !Number.isSafeInteger(pid) || pid <= 0) return false;
  return !isAlive(pid) || startOf(pid) !== labels[STARTED_LABEL];
}

/** Process ids mean something within one namespace of one machine only; containers share its name at times. */
function machine(): string {
  return `${os.hostname()} ${attempt(() => readlinkSync('/proc/self/ns/pid'))}`.trim();
}

/** When a process began, in a form that no other process of the same id has; empty where the system does not tell so, or there is none. */
export function startOf(pid: number): string {
  return attempt(() => {
    // The name of the program, in brackets, may hold spaces; the 22nd field is the start in ticks since the machine's.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19] ?? ''}`;
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
