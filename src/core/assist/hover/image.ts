import { driverFloor } from '../../facts/cuda-toolkits';
import { findDistribution, distributionsChecked } from '../../facts/distributions';
import { msg, type Message, type Text } from '../../l10n/message';
import type { DecodedImage, TagPart, TagStatus } from '../../image/model';
import { knownVersion } from '../../stack/query';
import type { Range } from '../../text/range';
import type { Card, Row, Source } from '../card';
import { driverOf, formatContent, joinTexts, listContents } from '../contents';

const FLAVORS = {
  base: msg`base: the CUDA runtime alone, no libraries`,
  runtime: msg`runtime: the CUDA libraries, nothing to compile with`,
  devel: msg`devel: the CUDA libraries with headers, nvcc and tools`,
} as const;

const FLAVOR_SOURCE: Source = {
  source: 'https://nvidia.github.io/container-wiki/toolkit/container-images.html',
  checked: '2026-11-20',
};

const STATUS: Readonly<Partial<Record<TagStatus, Message>>> = {
  'end-of-life': msg`Its publisher lists this tag as at the end of its life: it will be deleted.`,
  removed: msg`This tag was deleted from the registry.`,
  delisted: msg`Its publisher does not list this tag any more.`,
  'never-existed': msg`This tag was never published.`,
  newer: msg`This tag is newer than what is known here.`,
};

const PARTS: Readonly<Record<TagPart['kind'], Text>> = {
  cuda: msg`CUDA version`,
  flavor: msg`Flavor`,
  cudnn: 'cuDNN',
  os: msg`Distribution`,
  release: msg`Release of NGC: year and month, no TensorRT version`,
  suffix: msg`Variant`,
  framework: msg`Framework version`,
  python: 'Python',
  tensorrt: msg`TensorRT version`,
  l4t: msg`L4T (Jetson Linux) release`,
};

/** What an image is and holds; `part` is the piece of the tag that the reader points at. */
export function describeImage(image: DecodedImage, range: Range, part?: TagPart): Card {
  const contents = listContents(image.components);
  const rows: Row[] = [];
  if (part !== undefined) rows.push([part.value, PARTS[part.kind]]);
  if (contents.length > 0) rows.push([msg`Contains`, joinTexts(contents.map(formatContent))]);
  if (image.flavor !== undefined) rows.push([msg`Flavor`, FLAVORS[image.flavor]]);
  const driver = describeDriver(image);
  if (driver !== undefined) rows.push([msg`Driver`, driver.text]);
  if (image.platforms !== undefined) rows.push([msg`Platforms`, image.platforms.join(', ')]);
  const support = describeSupport(image);
  if (support !== undefined) rows.push([msg`Distribution`, support.text]);
  const status = STATUS[image.status];
  return {
    range,
    title: image.reference.text,
    rows,
    notes: [
      ...(status === undefined || image.mirrored ? [] : [status]),
      ...(image.mirrored ? [msg`The name goes through a mirror or a registry of your own: what it serves is not known.`] : []),
      ...(contents.some(({ certain }) => !certain) ? [msg`~ marks a version that is likely, not proven.`] : []),
    ],
    sources: [
      ...(image.statusEvidence === undefined ? [] : [image.statusEvidence]),
      ...image.components.flatMap(({ evidence }) => (evidence === undefined ? [] : [evidence])),
      ...(driver?.sources ?? []),
      ...(support === undefined ? [] : [support.source]),
      ...(image.flavor === undefined ? [] : [FLAVOR_SOURCE]),
    ],
  };
}

function describeDriver(image: DecodedImage): { readonly text: Message; readonly sources: readonly Source[] } | undefined {
  const driver = driverOf(image);
  if (driver === undefined) return undefined;
  if (driver === image.driverMin) return { text: msg`${driver} or newer`, sources: image.driverEvidence === undefined ? [] : [image.driverEvidence] };
  const cuda = knownVersion(image.components.find(({ kind }) => kind === 'cuda')?.version);
  const floor = cuda === undefined ? undefined : driverFloor(cuda);
  const minor = floor?.minorCompatible;
  return {
    text: minor === undefined || minor === driver ? msg`${driver} or newer` : msg`${driver} or newer; ${minor} will do where minor-version compatibility is enough`,
    sources: floor === undefined ? [] : [floor.evidence],
  };
}

/** Until when the distribution inside is supported. */
function describeSupport(image: DecodedImage): { readonly text: Message; readonly source: Source } | undefined {
  const os = image.components.find(({ kind }) => kind === 'os');
  const version = knownVersion(os?.version);
  const row = os?.name === undefined || version === undefined ? undefined : findDistribution(`${os.name}${version}`);
  if (row?.standardEol === null || row === undefined) return undefined;
  return { text: msg`standard support until ${row.standardEol}`, source: { source: row.source, checked: distributionsChecked() } };
}
