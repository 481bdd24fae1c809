import { msg } from '../l10n/message';
import { compareDotted, hasPrefix, majorMinorOf, majorOf } from '../version/dotted';
import type { Evidence } from './evidence';
import { defineTable } from './table';
import architecturesText from './tables/compute-capabilities.json?raw';
import toolkitsText from './tables/cuda-toolkits.json?raw';

/** A release of the CUDA toolkit. null is a gap, never a no. */
export interface Toolkit {
  /** `11.8.0`; two parts before 11.0. */
  readonly version: string;
  /** `11.8 GA`, `12.4 Update 1`. */
  readonly label: string | null;
  /** `R580`. */
  readonly driverBranch: string | null;
  /** Driver that ships with it on Linux and Windows. */
  readonly driverLinux: string | null;
  readonly driverWindows: string | null;
  /** Oldest driver under which minor-version compatibility of its major holds. */
  readonly minorDriverLinux: string | null;
  readonly minorDriverWindows: string | null;
  /** Real architectures that nvcc accepts (75, 86 …), without the `a` and `f` variants. */
  readonly sm: readonly number[] | null;
  /** Highest gcc major that nvcc accepts. */
  readonly gccMax: number | null;
  readonly cublas: string | null;
  readonly cudart: string | null;
  /** Ubuntu releases of the install guide. */
  readonly ubuntu: readonly string[] | null;
  readonly notes: string | null;
  readonly source: string;
}

/** A GPU architecture by its compute capability. */
export interface Architecture {
  /** `8.6`. */
  readonly computeCapability: string;
  readonly architecture: string | null;
  /** First and last toolkit minor version whose nvcc compiles for it; `lastCuda` null: still there. */
  readonly firstCuda: string;
  readonly lastCuda: string | null;
  readonly notes: string | null;
  readonly source: string;
}

const toolkitTable = defineTable<Omit<Toolkit, 'source'>>(toolkitsText);
const architectureTable = defineTable<Omit<Architecture, 'source'>>(architecturesText);

/** All known toolkits, oldest first. */
export function toolkits(): readonly Toolkit[] {
  return toolkitTable().rows;
}

/** The toolkit of a version: `11.8.0` itself, `11.8` its newest update, `11.8.89` (a build number) undefined. */
export function toolkit(version: string): Toolkit | undefined {
  return toolkits().findLast((row) => hasPrefix(row.version, version));
}

/** All updates of a minor version, oldest first: `11.6` and `11.6.2` → 11.6.0, 11.6.1, 11.6.2. */
export function toolkitsOfMinor(version: string): readonly Toolkit[] {
  const minor = majorMinorOf(version);
  return minor === undefined ? [] : toolkits().filter((row) => hasPrefix(row.version, minor));
}

/** ISO date on which the architectures were last compared with their sources. */
export function architecturesChecked(): string {
  return architectureTable().checked;
}

/** All known architectures, by compute capability. */
export function architectures(): readonly Architecture[] {
  return architectureTable().rows;
}

export interface SupportedArchitectures {
  /** Real architectures: 75 for compute capability 7.5. */
  readonly sm: readonly number[];
  /** True when the list is a whole one, so that an architecture that is missing is refused by nvcc. */
  readonly complete: boolean;
  readonly evidence: Evidence;
}

/**
 * The architectures that nvcc of a CUDA version accepts. Where no list of that toolkit was found it is put together
 * from the first and last toolkit of each architecture, and is then complete only for CUDA 8.0 to 9.2, whose
 * architectures are all in that table. Undefined for a CUDA that is not in the tables.
 */
export function supportedArchitectures(cuda: string): SupportedArchitectures | undefined {
  const row = toolkit(cuda) ?? toolkitsOfMinor(cuda).at(-1);
  const minor = majorMinorOf(cuda);
  if (row === undefined || minor === undefined) return undefined;
  if (row.sm !== null) {
    const fact = msg`nvcc of CUDA ${minor} compiles for sm_${row.sm.join(', sm_')}.`;
    return { sm: row.sm, complete: true, evidence: { fact, source: architectureTable().rows[0]?.source ?? row.source, checked: toolkitTable().checked } };
  }
  const fitting = architectures().filter(
    (one) => compareDotted(minor, one.firstCuda) >= 0 && (one.lastCuda === null || compareDotted(minor, one.lastCuda) <= 0),
  );
  const sm = fitting.map((one) => Number(one.computeCapability.replace('.', '')));
  const isCovered = compareDotted(minor, '8.0') >= 0 && compareDotted(minor, '10.0') < 0;
  return {
    sm,
    complete: isCovered,
    evidence: {
      fact: msg`CUDA ${minor} is within the range of toolkits for sm_${sm.join(', sm_')}.`,
      source: fitting[0]?.source ?? row.source,
      checked: architectureTable().checked,
    },
  };
}

/**
 * What is known of one architecture (`89`, `90a`, `100f`; 89 for compute capability 8.9). Undefined for a number that
 * no table has.
 */
export function architectureOf(sm: string): Architecture | undefined {
  const digits = /^(\d+)[af]?$/.exec(sm)?.[1];
  return digits === undefined ? undefined : architectures().find((one) => one.computeCapability.replace('.', '') === digits);
}

/** The driver that a CUDA version asks for, on Linux. */
export interface DriverFloor {
  /** Driver that came with the toolkit: everything works from here on. */
  readonly full: string | undefined;
  /** Driver from which applications of any toolkit of that major run, minus new features and PTX of newer toolkits; CUDA 11 and later. */
  readonly minorCompatible: string | undefined;
  readonly evidence: Evidence;
}

/** The Linux driver floor of a CUDA version (`12.4.1`, `12.4`); for a minor version that of its first update. Undefined when unknown. */
export function driverFloor(cuda: string): DriverFloor | undefined {
  const exact = toolkits().find((row) => row.version === cuda);
  const row = typeof exact?.driverLinux === 'string' ? exact : (toolkitsOfMinor(cuda).find((one) => one.driverLinux !== null) ?? exact);
  if (row === undefined) return undefined;
  const full = row.driverLinux ?? undefined;
  const minorCompatible = row.minorDriverLinux ?? undefined;
  const driver = full ?? row.driverBranch ?? msg`of its branch`;
  const fact =
    minorCompatible === undefined
      ? msg`CUDA ${row.version} comes with Linux driver ${driver}.`
      : msg`CUDA ${row.version} comes with Linux driver ${driver}; with minor-version compatibility ${minorCompatible} will do for CUDA ${majorOf(row.version) ?? ''}.`;
  return {
    full,
    minorCompatible,
    evidence: { fact, source: row.source, checked: toolkitTable().checked },
  };
}

/** The newest major version of gcc that nvcc of a CUDA version accepts; undefined where it is not known. */
export function newestGcc(cuda: string): { readonly major: number; readonly evidence: Evidence } | undefined {
  const row = toolkit(cuda) ?? toolkitsOfMinor(cuda).at(-1);
  if (row === undefined || row.gccMax === null) return undefined;
  return { major: row.gccMax, evidence: { fact: msg`nvcc of CUDA ${row.version} accepts gcc up to ${String(row.gccMax)}.`, source: row.source, checked: toolkitTable().checked } };
}
