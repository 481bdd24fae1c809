import type { MachineEvidence } from '../evidence';

/** A GPU as nvidia-smi lists it. */
export interface ListedGpu {
  readonly index: string;
  /** `NVIDIA GeForce RTX 4090`. */
  readonly name: string;
  readonly memoryMiB: number | null;
  /** `8.9`; null where this nvidia-smi does not tell. */
  readonly computeCapability: string | null;
}

/** Why nvidia-smi shows no GPU. */
export type SmiFailure = 'missing' | 'timed-out' | 'mismatch' | 'no-driver' | 'no-devices' | 'unknown';

/** What the driver says through nvidia-smi. */
export interface SmiReading {
  /** `535.183.06`; on WSL the Windows driver. */
  readonly driver: string | undefined;
  /** The newest CUDA that it supports: `12.2`. */
  readonly cuda: string | undefined;
  readonly gpus: readonly ListedGpu[];
  /** Version of the driver's libraries, where they refuse to work with the kernel module: `570.124`. */
  readonly libraryVersion: string | undefined;
  readonly failure: SmiFailure | undefined;
}

/** Reads the answers of nvidia-smi: its table, and its queries for GPUs and compute capabilities. */
export function readSmi({ commands: { smi, smiGpus, smiCapabilities } }: MachineEvidence): SmiReading {
  const text = `${smi.stdout}\n${smi.stderr}`;
  const rows = smiGpus.status === 0 ? readCsv(smiGpus.stdout) : [];
  const capabilities = new Map((smiCapabilities.status === 0 ? readCsv(smiCapabilities.stdout) : []).map(([index = '', capability = '']) => [index, capability]));
  return {
    // Two spaces part the columns; a lone number stays where the header lacks the words (Driver Version: N/A).
    driver: /Driver Version:\s*(\d+(?:\.\d+)+)/.exec(text)?.[1] ?? rows.map(([, , driver]) => driver).find((driver) => /^\d+\.\d/.test(driver ?? '')),
    cuda: /CUDA Version:\s*(\d+\.\d+)/.exec(text)?.[1],
    gpus: rows.map(([index = '', name = '', , memory = '']) => {
      const capability = capabilities.get(index) ?? '';
      return {
        index,
        name,
        memoryMiB: /^\d+/.test(memory) ? Number.parseInt(memory, 10) : null,
        computeCapability: /^\d+\.\d$/.test(capability) ? capability : null,
      };
    }),
    libraryVersion: /NVML library version:\s*(\d+(?:\.\d+)+)/.exec(text)?.[1],
    failure: failureOf(smi.problem, smi.status, text),
  };
}

/** MIG instances in the table of nvidia-smi: 0 where the mode is on and none was made, undefined where it is off. */
export function readMigInstances({ commands: { smi } }: MachineEvidence): number | undefined {
  const start = smi.stdout.indexOf('MIG devices:');
  if (start < 0) return undefined;
  const end = smi.stdout.indexOf('Processes:', start);
  const section = smi.stdout.slice(start, end < 0 ? undefined : end);
  // GPU, GPU instance, compute instance, and its place.
  const rows = section.match(/^\|(?:\s+\d+){4}\s*\|/gm) ?? [];
  return rows.length > 0 ? rows.length : /No MIG devices found/.test(section) ? 0 : undefined;
}

/** State of each GPU that is on a fabric of NVSwitches: `Completed`, `In Progress`, `Not Started`. */
export function readFabricStates({ commands: { smiFabric } }: MachineEvidence): readonly { readonly index: string; readonly state: string }[] {
  const rows = smiFabric.status === 0 ? readCsv(smiFabric.stdout) : [];
  return rows.flatMap(([index = '', state = '']) => (/^(?:Completed|In Progress|Not Started)$/.test(state) ? [{ index, state }] : []));
}

function failureOf(problem: MachineEvidence['commands']['smi']['problem'], status: number | null, text: string): SmiFailure | undefined {
  if (problem === 'missing') return 'missing';
  if (problem === 'timed-out') return 'timed-out';
  if (/Driver\/library version mismatch/.test(text)) return 'mismatch';
  if (/couldn't communicate with the NVIDIA driver/.test(text)) return 'no-driver';
  if (/No devices were found/.test(text)) return 'no-devices';
  return status === 0 ? undefined : 'unknown';
}

/** Rows of `--format=csv,noheader`: cells parted by a comma and a blank. */
function readCsv(text: string): readonly (readonly string[])[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(',').map((cell) => cell.trim()));
}
