import type { Evidence } from '../../facts/evidence';
import { findTensorRTRelease, tensorRTReleasesChecked, type TensorRTRelease } from '../../facts/tensorrt-releases';
import type { Message } from '../../l10n/message';
import type { Component, StackState } from '../../stack/model';
import { knownVersion } from '../../stack/query';
import { majorOf } from '../../version/dotted';

/** TensorRT that came without its dependencies. */
export interface UnpackedTensorRT {
  readonly component: Component;
  readonly version: string;
  readonly release: TensorRTRelease;
}

/**
 * TensorRT up to 8 from an archive, or its libraries copied: it links cuDNN and cuBLAS, and nothing has brought them
 * along, as packages do. From 10.0 on it needs neither.
 */
export function findUnpackedTensorRT({ components }: StackState): UnpackedTensorRT | undefined {
  for (const component of components) {
    const { kind, via, certainty } = component;
    if (kind !== 'tensorrt' || (via !== 'archive' && via !== 'copy') || certainty === 'assumed') continue;
    const version = knownVersion(component.version) ?? '';
    const major = majorOf(version);
    const release = major === undefined || major > 8 ? undefined : findTensorRTRelease(version);
    if (release !== undefined) return { component, version, release };
  }
  return undefined;
}

/** The cited row of such a release, for `fact`. */
export function unpackedEvidence({ release }: UnpackedTensorRT, fact: Message): Evidence {
  return { fact, source: release.source, checked: tensorRTReleasesChecked() };
}
