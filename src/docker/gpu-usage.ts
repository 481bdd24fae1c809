// GPU memory and load of running containers, in nvidia-smi's words.
import { readlink } from 'node:fs/promises';
import os from 'node:os';
import { run } from '../process/run';
import { clientOf, type Engine } from './connect';
import { isLocal } from './errors';
import { execIn } from './exec';
import type { EngineInfo } from './model';

/** nvidia-smi answers within a second; one that hangs on a lost GPU is given up. */
const NVIDIA_SMI_TIMEOUT_MS = 10_000;

const GPU_QUERY = ['--query-gpu=index,uuid,name,memory.used,memory.total,utilization.gpu', '--format=csv,noheader,nounits'];
const PROCESS_QUERY = ['--query-compute-apps=gpu_uuid,pid,used_memory', '--format=csv,noheader,nounits'];

const MEBIBYTE = 1024 * 1024;

/** A GPU as a whole, whoever uses it. Null is what the driver does not tell. */
export interface GpuLoad {
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  readonly usedBytes: number | null;
  readonly totalBytes: number | null;
  readonly utilizationPercent: number | null;
}

/** What a running container makes of its GPUs. */
export interface GpuUsage {
  /** Those it sees, or, where the host was asked, those on which its processes run. */
  readonly gpus: readonly GpuLoad[];
  /** GPU memory of its own processes; null where only the GPUs as a whole can be asked. */
  readonly processBytes: number | null;
}

/**
 * Asks for the GPU usage of running containers. Where the engine is this machine's own and has nvidia-smi, and this is no
 * container, two calls of it tell for all, joined with each container's processes; elsewhere nvidia-smi is run in each container. A container
 * of which nothing can be had is not in the answer.
 */
export async function readGpuUsage(engine: Engine, info: EngineInfo, ids: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, GpuUsage>> {
  const isHere = isLocal(engine.address.url) && info.hostName === os.hostname() && isFirstPidNamespace(await readlink('/proc/self/ns/pid').catch(() => ''));
  const host = isHere ? await askHost(signal) : null;
  const usages = await Promise.all(
    ids.map(async (id): Promise<[string, GpuUsage | null]> => [id, await (host === null ? askContainer(engine, id, signal) : joinProcesses(engine, id, host, signal)).catch(() => null)]),
  );
  return new Map(usages.filter((entry): entry is [string, GpuUsage] => entry[1] !== null));
}

/**
 * Whether processes have the numbers here that nvidia-smi and the engine may both tell of; in a container, and in WSL, they
 * have others, and none of a container's processes would be found. `link` is what /proc/self/ns/pid points to: the kernel
 * numbers the first namespace 0xEFFFFFFC (PROC_PID_INIT_INO of include/linux/proc_ns.h).
 */
export function isFirstPidNamespace(link: string): boolean {
  return link === `pid:[${0xeffffffc}]`;
}

interface HostUsage {
  readonly gpus: readonly GpuLoad[];
  readonly processes: readonly GpuProcess[];
}

/** A process with memory on a GPU; null where the driver does not tell how much. */
export interface GpuProcess {
  readonly gpuUuid: string;
  readonly pid: number;
  readonly usedBytes: number | null;
}

async function askHost(signal: AbortSignal | undefined): Promise<HostUsage | null> {
  const ask = async (query: readonly string[]): Promise<string | null> => {
    const { status, stdout } = await run('nvidia-smi', query, { timeoutMs: NVIDIA_SMI_TIMEOUT_MS, ...(signal && { signal }) });
    return status === 0 ? stdout : null;
  };
  try {
    const [gpus, processes] = await Promise.all([ask(GPU_QUERY), ask(PROCESS_QUERY)]);
    return gpus === null || processes === null ? null : { gpus: readGpus(gpus), processes: readProcesses(processes) };
  } catch {
    // No nvidia-smi here.
    return null;
  }
}

async function joinProcesses(engine: Engine, id: string, { gpus, processes }: HostUsage, signal: AbortSignal | undefined): Promise<GpuUsage | null> {
  const pids = await listPids(engine, id, signal);
  const own = processes.filter(({ pid }) => pids.has(pid));
  const uuids = new Set(own.map(({ gpuUuid }) => gpuUuid));
  const known = own.flatMap(({ usedBytes }) => (usedBytes === null ? [] : [usedBytes]));
  // The driver under WSL 2 names processes without their memory.
  const processBytes = known.length < own.length ? null : known.reduce((sum, bytes) => sum + bytes, 0);
  return { gpus: gpus.filter(({ uuid }) => uuids.has(uuid)), processBytes };
}

/** Ids of a container's processes on the engine's machine. */
async function listPids(engine: Engine, id: string, signal: AbortSignal | undefined): Promise<ReadonlySet<number>> {
  const options: object = { ps_args: '-eo pid', ...(signal && { abortSignal: signal }) };
  const { Titles, Processes } = (await clientOf(engine).getContainer(id).top(options)) as { readonly Titles: readonly string[]; readonly Processes: readonly (readonly string[])[] | null };
  const column = Titles.indexOf('PID');
  return new Set((Processes ?? []).map((row) => Number(row[column])));
}

async function askContainer(engine: Engine, id: string, signal: AbortSignal | undefined): Promise<GpuUsage | null> {
  const { status, stdout } = await execIn(engine, id, ['nvidia-smi', ...GPU_QUERY], { timeoutMs: NVIDIA_SMI_TIMEOUT_MS, ...(signal && { signal }) });
  return status === 0 ? { gpus: readGpus(stdout), processBytes: null } : null;
}

/** Answer of `--query-gpu=index,uuid,name,memory.used,memory.total,utilization.gpu` without header and units. */
export function readGpus(csv: string): readonly GpuLoad[] {
  return readRows(csv, 6).flatMap(([index = '', uuid = '', name = '', used = '', total = '', utilization = '']) =>
    /^\d+$/.test(index)
      ? [{ index: Number(index), uuid, name, usedBytes: readMebibytes(used), totalBytes: readMebibytes(total), utilizationPercent: readNumber(utilization) }]
      : [],
  );
}

/** Answer of `--query-compute-apps=gpu_uuid,pid,used_memory` without header and units. */
export function readProcesses(csv: string): readonly GpuProcess[] {
  return readRows(csv, 3).flatMap(([gpuUuid = '', pid = '', used = '']) => (/^\d+$/.test(pid) ? [{ gpuUuid, pid: Number(pid), usedBytes: readMebibytes(used) }] : []));
}

function readRows(csv: string, columns: number): readonly (readonly string[])[] {
  const rows = csv.split(/\r?\n/).map((line) => line.split(',').map((cell) => cell.trim()));
  return rows.filter((row) => row.length === columns);
}

function readMebibytes(cell: string): number | null {
  const number = readNumber(cell);
  return number === null ? null : number * MEBIBYTE;
}

/** `[N/A]`, `[Not Supported]` and `[Insufficient Permissions]` are no numbers. */
function readNumber(cell: string): number | null {
  return /^\d+(\.\d+)?$/.test(cell) ? Number(cell) : null;
}
