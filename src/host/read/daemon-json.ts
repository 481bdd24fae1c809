import type { FileOutcome, HostEvidence } from '../evidence';
import { textOf } from './system';

/** What matters here of a daemon's configuration file; what is undefined is not set there. */
export interface DaemonConfig {
  /** Program of each runtime by its name. */
  readonly runtimes: ReadonlyMap<string, string>;
  readonly defaultRuntime: string | undefined;
  readonly cgroupDriver: string | undefined;
  readonly dataRoot: string | undefined;
  readonly cdi: boolean | undefined;
}

/** The configuration file of the engine that is asked: a rootless one has its own. */
export function daemonFile({ engine: { info }, machine: { files } }: HostEvidence): FileOutcome {
  return info?.securityOptions.includes('name=rootless') === true ? files.rootlessDaemonJson : files.daemonJson;
}

/** Lines of the file that may be quoted; others name mirrors, proxies and labels of the owner. */
export function isAboutGpus(line: string): boolean {
  return /nvidia|runtime|exec-opts|cgroup|features|"cdi|data-root/i.test(line);
}

/** Reads a daemon.json. `invalid`: it is no JSON object, so that a daemon refuses to start with it; undefined: it is not there. */
export function readDaemonConfig(file: FileOutcome): DaemonConfig | 'invalid' | undefined {
  const text = textOf(file);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text.trim() === '' ? '{}' : text);
  } catch {
    return 'invalid';
  }
  if (!isRecord(value)) return 'invalid';
  const runtimes = isRecord(value['runtimes']) ? Object.entries(value['runtimes']) : [];
  const execOptions = Array.isArray(value['exec-opts']) ? value['exec-opts'].filter((option): option is string => typeof option === 'string') : [];
  const features = isRecord(value['features']) ? value['features'] : {};
  return {
    runtimes: new Map(runtimes.map(([name, runtime]) => [name, isRecord(runtime) ? (stringOf(runtime['path']) ?? '') : ''])),
    defaultRuntime: stringOf(value['default-runtime']),
    cgroupDriver: execOptions.map((option) => /^native\.cgroupdriver=(.+)$/.exec(option)?.[1]).find((driver) => driver !== undefined),
    dataRoot: stringOf(value['data-root']),
    cdi: typeof features['cdi'] === 'boolean' ? features['cdi'] : undefined,
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
