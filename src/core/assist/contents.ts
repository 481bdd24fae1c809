import { driverFloor } from '../facts/cuda-toolkits';
import type { DecodedImage } from '../image/model';
import { msg, type Message, type Text } from '../l10n/message';
import { COMPONENT_NAMES, nameComponent } from '../stack/component-names';
import { knownVersion } from '../stack/query';
import type { Certainty, ComponentKind, VersionClaim } from '../stack/model';

const ORDER = Object.keys(COMPONENT_NAMES);

/** A component as far as it matters for a list of contents: of an image or of a stage. */
interface Listed {
  readonly kind: ComponentKind;
  readonly name?: string | undefined;
  readonly version: VersionClaim;
  readonly certainty: Certainty;
}

/** One thing with its version: `cuDNN`, `8.4.0.27`. */
export interface Content {
  readonly kind: ComponentKind;
  readonly label: Text;
  readonly version: string;
  /** False where the version is likely, not proven. */
  readonly certain: boolean;
}

/**
 * The components whose version is known, the ones that decide first; of several of one kind the last. What says the same
 * as another line (TensorRT for Python in the version of TensorRT) is left out.
 */
export function listContents(components: readonly Listed[]): readonly Content[] {
  const found = new Map<ComponentKind, Content>();
  for (const { kind, name, version: claim, certainty } of components) {
    const version = knownVersion(claim);
    if (COMPONENT_NAMES[kind] === undefined || version === undefined) continue;
    const before = found.get(kind);
    // A shorter version after a longer one that it begins adds nothing: `cuda-toolkit-12-4` on an image with 12.4.1.
    if (before !== undefined && (before.version === version || before.version.startsWith(`${version}.`))) continue;
    found.set(kind, { kind, label: nameComponent(kind, name), version, certain: certainty !== 'assumed' });
  }
  const tensorrt = found.get('tensorrt')?.version;
  if (tensorrt !== undefined && found.get('tensorrt-python')?.version === tensorrt) found.delete('tensorrt-python');
  return [...found.values()].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** `cuDNN 8.4.0.27`; `~` stands before a version that is not proven. */
export function formatContent({ label, version, certain }: Content): Text {
  const shown = certain ? version : `~${version}`;
  return typeof label === 'string' ? `${label} ${shown}` : msg`${label} ${shown}`;
}

/** Texts side by side, each to be translated by itself. */
export function joinTexts(texts: readonly Text[]): Message {
  return { template: texts.map((_, i) => `{${i}}`).join(' · '), data: Object.fromEntries(texts.entries()) };
}

/** `driver ≥ 550.54`. */
export function describeDriver(driver: string): Message {
  return msg`driver ≥ ${driver}`;
}

/** The Linux driver that an image asks for: what its publisher says of an NGC image, else what its CUDA comes with. */
export function driverOf(image: DecodedImage): string | undefined {
  if (image.family.startsWith('ngc-') && image.driverMin !== undefined) return image.driverMin;
  const cuda = image.components.find(({ kind, certainty }) => kind === 'cuda' && certainty !== 'assumed');
  const version = knownVersion(cuda?.version);
  return version === undefined ? undefined : driverFloor(version)?.full;
}
