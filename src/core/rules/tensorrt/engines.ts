import type { Evidence } from '../../facts/evidence';
import { findTensorRTRelease } from '../../facts/tensorrt-releases';
import { msg } from '../../l10n/message';
import type { Component, StackState } from '../../stack/model';
import { findComponents, knownVersion } from '../../stack/query';
import { firstParts } from '../../version/dotted';
import { parsePep440 } from '../../version/pep440';

/** A file that TensorRT's builder writes. */
export const ENGINE_FILE = /[^/\s"]\.(?:engine|plan|trt)$/i;

/** Why two TensorRTs do not go together. */
export const BOUND_TO_VERSION: Evidence = {
  fact: msg`TensorRT refuses an engine that another version of it has written, or that was built for another GPU architecture.`,
  source: 'https://github.com/NVIDIA/TensorRT/issues/564',
  checked: '2026-11-20',
};

/**
 * The dotted version of TensorRT that a version of pip or apt means, as many parts as are certain: `10.4.0` → 10.4.0.26,
 * `8.6.1.post1` → 8.6.1, `9.2.0.post12.dev5` → 9.2.0.5 (post: CUDA, dev: fourth part).
 */
export function tensorRTVersion(written: string, via: Component['via']): string | undefined {
  if (via !== 'pip') return written === '' ? undefined : written;
  const parsed = parsePep440(written);
  if (parsed === undefined) return undefined;
  const release = parsed.release.join('.');
  const build = /\.post1[0-9]\.dev(\d+)$/.exec(parsed.public)?.[1];
  if (build !== undefined && parsed.release.length === 3) return `${release}.${build}`;
  return parsed.release.length === 3 && findTensorRTRelease(release)?.version === release ? (findTensorRTRelease(release)?.fullVersion ?? release) : release;
}

/** A TensorRT in a stage with what is certain of its version. */
export interface InstalledTensorRT {
  readonly component: Component;
  readonly version: string;
}

/** The TensorRTs of a state whose versions are known, one for each way they came; the last of each way. */
export function installedTensorRT({ components }: Pick<StackState, 'components'>): readonly InstalledTensorRT[] {
  const byVia = new Map<string, InstalledTensorRT>();
  for (const kind of ['tensorrt', 'tensorrt-python'] as const) {
    for (const component of findComponents({ components } as StackState, kind)) {
      const written = knownVersion(component.version);
      const version = written === undefined ? undefined : tensorRTVersion(written, component.via);
      const known = byVia.get(component.via);
      if (version !== undefined && (known === undefined || version.length >= known.version.length)) byVia.set(component.via, { component, version });
    }
  }
  return [...byVia.values()];
}

/**
 * Whether two versions are of different builds of TensorRT, as far as both are known: a difference in the first three
 * parts, or in the fourth where both have it. Undefined where one is shorter than three parts.
 */
export function differ(a: string, b: string): boolean | undefined {
  const length = Math.min(a.split('.').length, b.split('.').length, 4);
  if (firstParts(a, length) !== firstParts(b, length)) return true;
  return length >= 3 ? false : undefined;
}
