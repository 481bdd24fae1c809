import { driverFloor } from '../../facts/cuda-toolkits';
import { findDistribution, distributionsChecked } from '../../facts/distributions';
import type { Evidence } from '../../facts/evidence';
import { formatMessage } from '../../engine/message';
import type { DecodedImage, TagPart, TagStatus } from '../../image/model';
import { knownVersion } from '../../stack/query';
import type { Range } from '../../text/range';
import type { Card } from '../card';
import { driverOf, formatContent, listContents } from '../contents';

const TEXT = {
  contents: 'Contains',
  driver: 'Driver',
  driverValue: '{driver} or newer',
  driverMinor: '{driver} or newer; {minor} will do where minor-version compatibility is enough',
  platforms: 'Platforms',
  support: 'Distribution',
  supported: 'standard support until {date}',
  flavor: 'Flavor',
  assumed: '~ marks a version that is likely, not proven.',
  mirrored: 'The name goes through a mirror or a registry of your own: what it serves is not known.',
} as const;

const FLAVORS = {
  base: 'base: the CUDA runtime alone, no libraries',
  runtime: 'runtime: the CUDA libraries, nothing to compile with',
  devel: 'devel: the CUDA libraries with headers, nvcc and tools',
} as const;

const FLAVOR_EVIDENCE: Evidence = {
  fact: 'CUDA images come in three flavors.',
  source: 'https://nvidia.github.io/container-wiki/toolkit/container-images.html',
  checked: '2026-11-20',
};

const STATUS: Readonly<Partial<Record<TagStatus, string>>> = {
  'end-of-life': 'Its publisher lists this tag as at the end of its life: it will be deleted.',
  removed: 'This tag was deleted from the registry.',
  delisted: 'Its publisher does not list this tag any more.',
  'never-existed': 'This tag was never published.',
  newer: 'This tag is newer than what is known here.',
};

const PARTS: Readonly<Record<TagPart['kind'], string>> = {
  cuda: 'CUDA version',
  flavor: 'Flavor',
  cudnn: 'cuDNN',
  os: 'Distribution',
  release: 'Release of NGC: year and month, no TensorRT version',
  suffix: 'Variant',
  framework: 'Framework version',
  python: 'Python',
  tensorrt: 'TensorRT version',
  l4t: 'L4T (Jetson Linux) release',
};

/** What an image is and holds; `part` is the piece of the tag that the reader points at. */
export function describeImage(image: DecodedImage, range: Range, part?: TagPart): Card {
  const contents = listContents(image.components);
  const rows: (readonly [string, string])[] = [];
  if (part !== undefined) rows.push([part.value, PARTS[part.kind]]);
  if (contents.length > 0) rows.push([TEXT.contents, contents.map(formatContent).join(' · ')]);
  if (image.flavor !== undefined) rows.push([TEXT.flavor, FLAVORS[image.flavor]]);
  const driver = describeDriver(image);
  if (driver !== undefined) rows.push([TEXT.driver, driver.text]);
  if (image.platforms !== undefined) rows.push([TEXT.platforms, image.platforms.join(', ')]);
  const support = describeSupport(image);
  if (support !== undefined) rows.push([TEXT.support, support.fact]);
  const status = STATUS[image.status];
  return {
    range,
    title: image.reference.text,
    rows,
    notes: [
      ...(status === undefined || image.mirrored ? [] : [status]),
      ...(image.mirrored ? [TEXT.mirrored] : []),
      ...(contents.some(({ certain }) => !certain) ? [TEXT.assumed] : []),
    ],
    sources: [
      ...(image.statusEvidence === undefined ? [] : [image.statusEvidence]),
      ...image.components.flatMap(({ evidence }) => (evidence === undefined ? [] : [evidence])),
      ...(driver?.evidence ?? []),
      ...(support === undefined ? [] : [support]),
      ...(image.flavor === undefined ? [] : [FLAVOR_EVIDENCE]),
    ],
  };
}

function describeDriver(image: DecodedImage): { readonly text: string; readonly evidence: readonly Evidence[] } | undefined {
  const driver = driverOf(image);
  if (driver === undefined) return undefined;
  if (driver === image.driverMin) return { text: formatMessage(TEXT.driverValue, { driver }), evidence: image.driverEvidence === undefined ? [] : [image.driverEvidence] };
  const cuda = knownVersion(image.components.find(({ kind }) => kind === 'cuda')?.version);
  const floor = cuda === undefined ? undefined : driverFloor(cuda);
  const minor = floor?.minorCompatible;
  return {
    text: minor === undefined || minor === driver ? formatMessage(TEXT.driverValue, { driver }) : formatMessage(TEXT.driverMinor, { driver, minor }),
    evidence: floor === undefined ? [] : [floor.evidence],
  };
}

/** Until when the distribution inside is supported. */
function describeSupport(image: DecodedImage): Evidence | undefined {
  const os = image.components.find(({ kind }) => kind === 'os');
  const version = knownVersion(os?.version);
  const row = os?.name === undefined || version === undefined ? undefined : findDistribution(`${os.name}${version}`);
  if (row?.standardEol === null || row === undefined) return undefined;
  return { fact: formatMessage(TEXT.supported, { date: row.standardEol }), source: row.source, checked: distributionsChecked() };
}
