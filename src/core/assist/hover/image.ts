import { architectureOf, driverFloor, supportedArchitectures } from '../../facts/cuda-toolkits';
import { findDistribution, distributionsChecked } from '../../facts/distributions';
import { torchComputeCapabilities, torchRelease } from '../../facts/frameworks';
import { ngcRelease, ngcValue } from '../../facts/ngc-images';
import { msg, type Message, type Text } from '../../l10n/message';
import type { DecodedImage, TagPart, TagStatus } from '../../image/model';
import { knownVersion } from '../../stack/query';
import { toCapability } from '../../target/judge-gpu';
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
  const flavor = image.family === 'nvidia-cuda' ? image.flavor : undefined;
  if (flavor !== undefined) rows.push([msg`Flavor`, FLAVORS[flavor]]);
  const driver = describeDriver(image);
  if (driver !== undefined) rows.push([msg`Driver`, driver.text]);
  const gpus = describeGpus(image);
  rows.push(...gpus.rows);
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
      ...gpus.sources,
      ...(support === undefined ? [] : [support.source]),
      ...(flavor === undefined ? [] : [FLAVOR_SOURCE]),
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

/** The GPUs that an NGC image asks for, and those that the CUDA inside compiles for. */
function describeGpus(image: DecodedImage): { readonly rows: readonly Row[]; readonly sources: readonly Source[] } {
  const rows: Row[] = [];
  const sources: Source[] = [];
  const release = image.parts.find(({ kind }) => kind === 'release')?.value;
  const row = release === undefined ? undefined : ngcRelease(image.canonical, release);
  const lowest = row && ngcValue(row, 'minComputeCapability');
  if (lowest?.certainty === 'derived') {
    rows.push([msg`GPUs`, msg`compute capability ${lowest.value} or newer`]);
    sources.push(lowest.evidence);
  }
  const cuda = knownVersion(image.components.find(({ kind, certainty }) => kind === 'cuda' && certainty !== 'assumed')?.version);
  if (image.family === 'pytorch') {
    // Its kernels are those of the wheel.
    const torch = knownVersion(image.components.find(({ kind }) => kind === 'torch')?.version);
    const source = torch === undefined ? undefined : torchRelease(torch);
    const capabilities = torch === undefined || cuda === undefined ? undefined : torchComputeCapabilities(torch, cuda);
    if (capabilities === undefined || source === undefined) return { rows, sources };
    return { rows: [[msg`Compute capabilities`, capabilities.join(', ')]], sources: [source] };
  }
  const known = cuda === undefined ? undefined : supportedArchitectures(cuda);
  const [first, last] = [known?.sm[0], known?.sm.at(-1)];
  if (known?.complete === true && first !== undefined && last !== undefined) {
    const name = (sm: number): string => architectureOf(String(sm))?.architecture ?? '';
    const names = [...new Set([name(first), name(last)])].filter((one) => one !== '').join(' – ');
    rows.push([msg`CUDA compiles for`, names === '' ? msg`compute capability ${toCapability(first)} to ${toCapability(last)}` : msg`compute capability ${toCapability(first)} to ${toCapability(last)} (${names})`]);
    sources.push(known.evidence);
  }
  return { rows, sources };
}

/** Until when the distribution inside is supported. */
function describeSupport(image: DecodedImage): { readonly text: Message; readonly source: Source } | undefined {
  const os = image.components.find(({ kind }) => kind === 'os');
  const version = knownVersion(os?.version);
  const row = os?.name === undefined || version === undefined ? undefined : findDistribution(`${os.name}${version}`);
  if (row?.standardEol === null || row === undefined) return undefined;
  return { text: msg`standard support until ${row.standardEol}`, source: { source: row.source, checked: distributionsChecked() } };
}
