import type { Evidence } from '../facts/evidence';
import { findFrameworkImage, frameworkImageEvidence } from '../facts/framework-images';
import { imageFact } from '../facts/image-facts';
import { findJetsonRelease, jetsonChecked, jetsonReleases, type JetsonRelease } from '../facts/jetson';
import { msg } from '../l10n/message';
import type { ComponentKind } from '../stack/model';
import { compareDotted, isSameRelease } from '../version/dotted';
import { composeImage, exactFrom, imageComponent, leadingParts, tagPart, type Decoder } from './compose';
import { osComponent } from './distribution';
import type { DecodedImage, ImageComponent, TagPart } from './model';

const L4T = /^r(\d+\.\d+(?:\.\d+)?)(?:-(?:pth|tf)(\d+\.\d+))?(?:-py3)?$/;
const CUDA = /^(\d+\.\d+\.\d+)-(runtime|devel)$/;
const TENSORRT = /^r(\d+\.\d+\.\d+(?:\.\d+)?)-(runtime|devel)$/;
/** From this L4T on the images carry CUDA, cuDNN and TensorRT themselves. */
const OWN_LIBRARIES_SINCE = '34.0';

/** nvcr.io/nvidia/l4t-base, l4t-jetpack, l4t-pytorch, l4t-tensorflow, l4t-ml, l4t-cuda and l4t-tensorrt: for Jetson. */
export const decodeL4t: Decoder = (known) => {
  const name = known.canonical.slice(known.canonical.lastIndexOf('/') + 1);
  const found = name === 'l4t-cuda' ? readCuda(known.tag) : name === 'l4t-tensorrt' ? readTensorRT(known.tag) : readL4t(name, known.canonical, known.tag);
  return composeImage(known, {
    family: 'ngc-l4t',
    packageManager: 'apt',
    libc: 'glibc',
    platforms: ['linux/arm64'],
    ...found,
  });
};

type Found = Pick<DecodedImage, 'parts' | 'flavor' | 'components'>;

function readCuda(tag: string): Found | undefined {
  const match = CUDA.exec(tag);
  const version = match?.[1];
  if (version === undefined) return undefined;
  const minor = leadingParts(version.split('.', 2).join('.'));
  const flavor = match?.[2] as DecodedImage['flavor'];
  const components = [imageComponent('cuda', minor, 'stated'), imageComponent('cudart', minor, 'stated')];
  if (flavor === 'devel') components.push(imageComponent('nvcc', minor, 'assumed'), imageComponent('cuda-headers', minor, 'assumed'));
  return { parts: [tagPart('cuda', { text: version, start: 0 })], flavor, components };
}

function readTensorRT(tag: string): Found | undefined {
  const match = TENSORRT.exec(tag);
  const version = match?.[1];
  if (version === undefined) return undefined;
  const flavor = match?.[2] as DecodedImage['flavor'];
  const tensorrt = imageComponent('tensorrt', exactFrom(version, 4), 'stated');
  const extras: readonly ComponentKind[] = flavor === 'devel' ? ['tensorrt-python', 'tensorrt-headers'] : ['tensorrt-python'];
  return {
    parts: [tagPart('tensorrt', { text: version, start: 1 })],
    flavor,
    components: [...ubuntuOfTensorRT(version), tensorrt, ...extras.map((kind) => ({ ...tensorrt, kind, certainty: 'assumed' as const }))],
  };
}

/** The Ubuntu of the JetPack releases that have a TensorRT; nothing where they differ. */
function ubuntuOfTensorRT(version: string): readonly ImageComponent[] {
  const releases = jetsonReleases().filter(({ tensorrt }) => tensorrt !== null && isSameRelease(tensorrt, version));
  const [first] = releases;
  if (first === undefined || first.ubuntu === null || releases.some(({ ubuntu }) => ubuntu !== first.ubuntu)) return [];
  return [osComponent(`ubuntu${first.ubuntu}`, 'derived', releaseEvidence(first, 'Ubuntu', first.ubuntu))];
}

function readL4t(name: string, canonical: string, tag: string): Found | undefined {
  const match = L4T.exec(tag);
  const l4t = match?.[1];
  if (l4t === undefined) return undefined;
  const parts: TagPart[] = [tagPart('l4t', { text: l4t, start: 1 })];
  const release = findJetsonRelease(l4t);
  const own = compareDotted(l4t, OWN_LIBRARIES_SINCE) >= 0;
  const components: ImageComponent[] = [imageComponent('l4t', l4t, 'stated', own ? imageFact('l4t-host-match') : imageFact('l4t-base-mounts'))];
  if (release !== undefined && release.ubuntu !== null) components.push(osComponent(`ubuntu${release.ubuntu}`, 'derived', releaseEvidence(release, 'Ubuntu', release.ubuntu)));
  // l4t-base has no libraries of its own in any release: of the host's up to r32, to be installed after.
  if (release !== undefined && own && name !== 'l4t-base') components.push(...libraries(release, name === 'l4t-jetpack'));
  const row = findFrameworkImage(canonical, tag);
  if (row !== undefined && row.python !== null) components.push(imageComponent('python', exactFrom(row.python, 3), 'derived', frameworkImageEvidence(row)));
  const kind: ComponentKind | undefined = name === 'l4t-pytorch' ? 'torch' : name === 'l4t-tensorflow' ? 'tensorflow' : undefined;
  const framework = match?.[2];
  if (kind !== undefined && framework !== undefined) {
    const start = tag.indexOf('-') + (kind === 'torch' ? '-pth'.length : '-tf'.length);
    parts.push(tagPart('framework', { text: framework, start }));
    components.push(imageComponent(kind, row?.framework ?? leadingParts(framework), row === undefined ? 'stated' : 'derived', row && frameworkImageEvidence(row)));
  }
  return { parts, flavor: undefined, components };
}

/** What the JetPack of a release holds; `whole` for the image that is said to hold all of it. */
function libraries(release: JetsonRelease, whole: boolean): readonly ImageComponent[] {
  const certainty = whole ? 'derived' : 'assumed';
  const components: ImageComponent[] = [];
  const { cuda, cudnn, tensorrt } = release;
  if (cuda !== null) {
    const minor = leadingParts(cuda);
    const evidence = releaseEvidence(release, 'CUDA', cuda);
    components.push(imageComponent('cuda', minor, certainty, evidence), imageComponent('cudart', minor, certainty, evidence));
    if (whole) components.push(imageComponent('nvcc', minor, 'assumed', evidence), imageComponent('cuda-headers', minor, 'assumed', evidence));
  }
  if (cudnn !== null) components.push(imageComponent('cudnn', exactFrom(cudnn, 4), certainty, releaseEvidence(release, 'cuDNN', cudnn)));
  if (tensorrt !== null) components.push(imageComponent('tensorrt', exactFrom(tensorrt, 4), certainty, releaseEvidence(release, 'TensorRT', tensorrt)));
  return components;
}

function releaseEvidence(release: JetsonRelease, what: string, version: string): Evidence {
  const name = release.jetpack === null ? `L4T ${release.l4t}` : `L4T ${release.l4t} (JetPack ${release.jetpack})`;
  return { fact: msg`${name} has ${what} ${version}`, source: release.source, checked: jetsonChecked() };
}
