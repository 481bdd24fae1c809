import { majorMinorOf, majorOf } from './dotted';

/** The minor version of a CUDA release: `11.8.0` → `11.8`; undefined for a bare major. */
export function cudaMinorOf(release: string): string | undefined {
  return majorMinorOf(release);
}

/**
 * The CUDA version in a tag of wheels and archives: `cu118` → `11.8`, `cu92` → `9.2`, `cu12` → `12` (a major alone:
 * 10 to 19 cannot be anything else). Undefined for other text.
 */
export function cudaOfPipTag(tag: string): string | undefined {
  const digits = /^cu(\d{2,4})$/.exec(tag)?.[1];
  if (digits === undefined) return undefined;
  if (digits.length === 2 && digits.startsWith('1')) return digits;
  const majorLength = digits.startsWith('1') ? 2 : 1;
  return `${digits.slice(0, majorLength)}.${digits.slice(majorLength)}`;
}

/** `11.8` and `11.8.0` → `cu118`, `12` → `cu12`; undefined for what is no version. */
export function pipTagOfCuda(version: string): string | undefined {
  const digits = cudaMinorOf(version) ?? majorOf(version)?.toString();
  return digits === undefined ? undefined : `cu${digits.replace('.', '')}`;
}

/** The CUDA version in the tail of a toolkit package's name: `12-4` → `12.4`; undefined for other text. */
export function cudaOfAptSuffix(suffix: string): string | undefined {
  const match = /^(\d{1,2})-(\d{1,2})$/.exec(suffix);
  return match === null ? undefined : `${match[1]}.${match[2]}`;
}

/** `12.4` and `12.4.1` → `12-4`; undefined for a bare major. */
export function aptSuffixOfCuda(version: string): string | undefined {
  return cudaMinorOf(version)?.replace('.', '-');
}

/**
 * Whether a library built for CUDA `built` runs with the CUDA libraries `present`: the same minor version always, and
 * from CUDA 11 on every minor version of the same major, in both directions
 * (https://docs.nvidia.com/deploy/cuda-compatibility/#minor-version-compatibility).
 * Undefined where a version is too short to tell (`10` against `10.2`).
 */
export function isCudaCompatible(built: string, present: string): boolean | undefined {
  const major = majorOf(built);
  const presentMajor = majorOf(present);
  if (major === undefined || presentMajor === undefined) return undefined;
  if (major !== presentMajor) return false;
  if (major >= 11) return true;
  const minor = cudaMinorOf(built);
  const presentMinor = cudaMinorOf(present);
  return minor === undefined || presentMinor === undefined ? undefined : minor === presentMinor;
}
