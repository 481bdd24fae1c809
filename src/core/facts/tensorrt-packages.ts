import { compareDotted, majorOf } from '../version/dotted';
import { remember } from '../text/remember';
import { defineTable } from './table';
import { tensorRTReleases, type TensorRTRelease } from './tensorrt-releases';
import text from './tables/tensorrt-packages.json?raw';

interface FamilyRow {
  /** `{M}` stands for the library's major version. */
  readonly name: string;
  readonly firstSeen: string;
  readonly lastSeen: string | null;
  /** The first release known to be without it. */
  readonly removed: string | null;
  /** The release that brought it, where a source says so. */
  readonly added: string | null;
  readonly note: string | null;
}

const table = defineTable<FamilyRow>(text);

/** A Debian package name of TensorRT and what is known of its family. */
export interface PackageFamily {
  /** As asked: `libnvinfer8`. */
  readonly name: string;
  /** With `{M}` for the major version: `libnvinfer{M}`. */
  readonly family: string;
  /** 8 of `libnvinfer8`; undefined for names without a major version (`libnvinfer-dev`). */
  readonly major: number | undefined;
  /** First and last release in which it was seen: sightings, not bounds. */
  readonly firstSeen: string;
  readonly lastSeen: string | undefined;
  /** First release known to be without it: `10.0.0` for the Caffe and UFF parsers. */
  readonly removedIn: string | undefined;
  /** Release that brought it, where that is known. */
  readonly addedIn: string | undefined;
  readonly note: string | undefined;
  readonly source: string;
  readonly checked: string;
}

let families: ReadonlyMap<string, FamilyRow & { readonly source: string }> | undefined;

/** The family of a package name; undefined when it is no package of TensorRT. */
export const packageFamily: (name: string) => PackageFamily | undefined = remember(readFamily);

function readFamily(name: string): PackageFamily | undefined {
  families ??= new Map(table().rows.map((row) => [row.name, row]));
  const numbered = /^(libnv[a-z-]+?)(\d+)$/.exec(name);
  const family = numbered === null ? name : `${numbered[1]}{M}`;
  const row = families.get(family);
  if (row === undefined) return undefined;
  return {
    name,
    family,
    major: numbered === null ? undefined : Number(numbered[2]),
    firstSeen: row.firstSeen,
    lastSeen: row.lastSeen ?? undefined,
    removedIn: row.removed ?? undefined,
    addedIn: row.added ?? undefined,
    note: row.note ?? undefined,
    source: row.source,
    checked: table().checked,
  };
}

/** The name that a family has in a release of the given major: (`libnvinfer{M}`, 10) → `libnvinfer10`. */
export function packageNameOf(family: string, major: number): string {
  return family.replace('{M}', String(major));
}

/**
 * Whether a release of TensorRT has the package: no when the major version in the name is another one, or the family
 * came later or was removed before. Undefined when that is not known.
 */
export function releaseHasPackage(release: TensorRTRelease, name: string): boolean | undefined {
  const family = packageFamily(name);
  if (family === undefined) return undefined;
  if (family.major !== undefined && family.major !== majorOf(release.version)) return false;
  if (family.removedIn !== undefined && compareDotted(release.version, family.removedIn) >= 0) return false;
  if (family.addedIn !== undefined && compareDotted(release.version, family.addedIn) < 0) return false;
  const isLater = compareDotted(release.version, family.firstSeen) >= 0;
  const isEarlier = family.lastSeen === undefined || compareDotted(release.version, family.lastSeen) <= 0;
  return isLater && isEarlier ? true : undefined;
}

/**
 * The package that takes the place of `name` in TensorRT `major`: `libnvinfer8` → `libnvinfer10`, the name itself where
 * it stays. Undefined when nothing takes its place (`libnvparsers8`) or the name is unknown.
 */
export function successorOf(name: string, major: number): string | undefined {
  const family = packageFamily(name);
  if (family === undefined) return undefined;
  const newest = tensorRTReleases().findLast((release) => majorOf(release.version) === major);
  const successor = packageNameOf(family.family, major);
  return newest !== undefined && releaseHasPackage(newest, successor) !== false ? successor : undefined;
}

const META_PACKAGES = new Set(['tensorrt', 'tensorrt-dev', 'tensorrt-libs']);

/** True for the packages that hold nothing but dependencies. */
export function isMetaPackage(name: string): boolean {
  return META_PACKAGES.has(name);
}

/** From this release on libraries too have four version parts; metapackages always had. */
const FOUR_PARTS = '8.6.0';

/**
 * The version string that a package of a release has in the build for `cuda`: (`libnvinfer8`, 8.4.3, `11.6`) →
 * `8.4.3-1+cuda11.6`, `tensorrt` → `8.4.3.1-1+cuda11.6`. Undefined where the fourth part is needed and not known.
 */
export function aptVersionOf(name: string, release: TensorRTRelease, cuda: string): string | undefined {
  const isShort = !isMetaPackage(name) && compareDotted(release.version, FOUR_PARTS) < 0;
  const upstream = isShort ? release.version : release.fullVersion;
  return upstream === null ? undefined : `${upstream}-1+cuda${cuda}`;
}
