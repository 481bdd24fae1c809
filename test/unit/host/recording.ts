import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CommandName, CommandOutcome, EngineFacts, FileName, FileOutcome, FolderName, FolderOutcome, HostEvidence, MachineEvidence } from '../../../src/host/evidence';
import type { ProbeState } from '../../../src/host/model';

/** A host as people quoted it. What it does not name is absent from the host, or not told by its engine. */
export interface Recording {
  /** Threads whose quotes are in it. */
  readonly sources: readonly string[];
  /** What of it is quoted, and what is filled in. */
  readonly about: string;
  /** States of the probes that it is about. */
  readonly expect: Readonly<Record<string, ProbeState>>;
  readonly engine?: Partial<Omit<HostEvidence['engine'], 'info'>> & { readonly info?: Partial<EngineFacts> | null };
  readonly machine?: Partial<Omit<MachineEvidence, 'commands' | 'files' | 'folders'>> & {
    readonly commands?: Partial<Record<CommandName, Partial<CommandOutcome>>>;
    readonly files?: Partial<Record<FileName, string | { readonly code: string }>>;
    readonly folders?: Partial<Record<FolderName, readonly string[]>>;
    readonly specs?: Readonly<Record<string, string | { readonly code: string }>>;
  };
}

const ARGV: Readonly<Record<CommandName, readonly string[]>> = {
  smi: ['nvidia-smi'],
  smiGpus: ['nvidia-smi', '--query-gpu=index,name,driver_version,memory.total', '--format=csv,noheader'],
  smiCapabilities: ['nvidia-smi', '--query-gpu=index,compute_cap', '--format=csv,noheader'],
  smiFabric: ['nvidia-smi', '--query-gpu=index,fabric.state', '--format=csv,noheader'],
  ctk: ['nvidia-ctk', '--version'],
  ctkCdi: ['nvidia-ctk', 'cdi', 'list'],
  containerCli: ['nvidia-container-cli', '--version'],
  dpkg: ['dpkg-query', '-W', '*nvidia*'],
  rpm: ['rpm', '-qa', '*nvidia*'],
};
const PATHS: Readonly<Record<FileName, string>> = {
  kernelModule: '/proc/driver/nvidia/version',
  daemonJson: '/etc/docker/daemon.json',
  rootlessDaemonJson: '/home/someone/.config/docker/daemon.json',
  toolkitConfig: '/etc/nvidia-container-runtime/config.toml',
  tegraRelease: '/etc/nv_tegra_release',
  osRelease: '/etc/os-release',
};
const FOLDERS: Readonly<Record<FolderName, string>> = { dev: '/dev', cdi: '/etc/cdi', runCdi: '/var/run/cdi', wslLibraries: '/usr/lib/wsl/lib' };

const MODIFIED_MS = Date.UTC(2026, 0, 1);

const INFO: EngineFacts = {
  product: 'docker',
  version: '28.3.0',
  apiVersion: '1.51',
  os: 'linux',
  architecture: 'amd64',
  hostName: 'machine',
  kernel: '6.8.0-generic',
  operatingSystem: 'Ubuntu 24.04.2 LTS',
  runtimes: ['io.containerd.runc.v2', 'runc'],
  defaultRuntime: 'runc',
  cdiDevices: null,
  cdiSpecFolders: null,
  cgroupDriver: 'systemd',
  cgroupVersion: '2',
  storageDriver: 'overlay2',
  dataRoot: '/var/lib/docker',
  securityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
};

/** The whole evidence of a recording. The engine runs on the machine unless the recording says otherwise. */
export function toEvidence({ engine = {}, machine = {} }: Pick<Recording, 'engine' | 'machine'>): HostEvidence {
  const { info = {}, ...engineRest } = engine;
  const { commands = {}, files = {}, folders = {}, specs = {}, ...machineRest } = machine;
  const kernel = machineRest.kernel ?? info?.kernel ?? INFO.kernel;
  const file = (name: string, content: string | { readonly code: string } | undefined): FileOutcome =>
    typeof content === 'string' ? { path: name, text: content, modifiedMs: MODIFIED_MS } : { path: name, code: content?.code ?? 'ENOENT' };
  return {
    version: 1,
    collected: '2026-11-20T12:00:00.000Z',
    engine: {
      address: { name: 'default', url: 'unix:///var/run/docker.sock', from: 'context', current: true },
      info: info === null ? null : { ...INFO, kernel, ...info },
      problem: null,
      others: [],
      buildCacheBytes: null,
      ...engineRest,
    },
    machine: {
      platform: 'linux',
      architecture: 'x64',
      hostName: 'machine',
      userId: 1000,
      inContainer: false,
      programs: { docker: '/usr/bin/docker', 'nvidia-container-runtime': null, 'nvidia-container-runtime-hook': null },
      pciGpus: [],
      hasDeviceLinks: false,
      secureBoot: null,
      dataRoot: null,
      ...machineRest,
      kernel,
      cdiSpecs: Object.entries(specs).map(([name, content]) => file(name, content)),
      commands: mapValues(ARGV, (argv, name): CommandOutcome => {
        const given = commands[name];
        return given === undefined
          ? { argv, status: null, stdout: '', stderr: '', problem: 'missing' }
          : { argv, status: 0, stdout: '', stderr: '', problem: null, ...given };
      }),
      files: mapValues(PATHS, (name, key) => file(name, files[key])),
      folders: mapValues(FOLDERS, (name, key): FolderOutcome => {
        const names = folders[key];
        return names === undefined ? { path: name, code: 'ENOENT' } : { path: name, names };
      }),
    },
  };
}

function mapValues<Key extends string, From, To>(record: Readonly<Record<Key, From>>, map: (value: From, key: Key) => To): Record<Key, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value as From, key as Key)])) as Record<Key, To>;
}

const FOLDER = path.join(import.meta.dirname, 'recordings');

/** All recordings, by the name of their file. */
export function listRecordings(): readonly { readonly name: string; readonly recording: Recording }[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => ({ name: path.basename(file, '.json'), recording: JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Recording }));
}

/** One recording. */
export function findRecording(name: string): Recording {
  return JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), 'utf8')) as Recording;
}
