import { findImageKey, imageKeyEvidence } from '../facts/apt-keys';
import { cudaContentsEvidence, cudaImageEvidence, cudaImagesOf, allCudaImages, findCudaImage, findCudaImageContents, type CudaImage, type CudaImageContents } from '../facts/cuda-images';
import { driverFloor } from '../facts/cuda-toolkits';
import type { Evidence } from '../facts/evidence';
import { sharedImageVariable } from '../facts/image-env';
import { imageFact } from '../facts/image-facts';
import { msg, type Message } from '../l10n/message';
import { compareDotted, firstParts, majorOf } from '../version/dotted';
import { composeImage, exactFrom, imageComponent, leadingParts, splitTag, tagPart, type Decoder, type KnownReference, type TagSegment } from './compose';
import { aptDistro, DEFAULT_PATH, osComponent, packageManagerOf } from './distribution';
import type { DecodedImage, ImageAptRepository, ImageComponent, TagPart, TagStatus } from './model';

/** The pieces of an nvidia/cuda tag: `[CUDA-][cudnn[N]-|tensorrt-][flavor][-OS][-rc]`. */
interface CudaTag {
  readonly cuda: TagSegment | undefined;
  readonly library: TagSegment | undefined;
  readonly flavor: TagSegment | undefined;
  readonly os: TagSegment | undefined;
  /** No piece is unknown, and none is of a kind that the grammar lacks. */
  readonly complete: boolean;
}

const CUDA = /^\d+\.\d+(?:\.\d+)?$/;
const LIBRARY = /^(?:cudnn(\d*)|tensorrt)$/;
const FLAVOR = /^(?:base|runtime|devel)$/;
const OS = /^[a-z]+\d[\d.]*$/;

/** nvidia/cuda, nvcr.io/nvidia/cuda, and nvidia/cudagl and nvidia/opengl, whose tags have the same grammar; that of opengl begins with its own version and it has no CUDA. */
export const decodeNvidiaCuda: Decoder = (known) => {
  const written = readCudaTag(known.tag);
  const tag = known.canonical.endsWith('/opengl') ? { ...written, cuda: undefined } : written;
  const plain = known.canonical.endsWith('/cuda');
  const row = plain ? findCudaImage(known.tag) : undefined;
  const cuda = tag.cuda?.text;
  const os = tag.os?.text ?? row?.os ?? undefined;
  const contents = !plain || cuda === undefined || os === undefined ? undefined : findCudaImageContents(cuda, os);
  const flavor = tag.flavor?.text as DecodedImage['flavor'];
  return composeImage(known, {
    family: 'nvidia-cuda',
    parts: partsOf(tag),
    ...(plain ? statusOf(known, tag, row) : undefined),
    flavor,
    components: componentsOf(tag, row, os, contents),
    componentsComplete: plain && tag.complete && flavor !== undefined && !known.mirrored,
    env: plain ? environmentOf(cuda, flavor, contents) : new Map(),
    packageManager: os === undefined ? undefined : packageManagerOf(os),
    libc: 'glibc',
    aptRepositories: aptRepositoriesOf(cuda, os),
    heldPackages: heldPackagesOf(tag, row, os, contents),
    platforms: platformsOf(tag, contents),
    ...driverOf(cuda),
    ...(plain ? keyOf(known, cuda, os, row) : undefined),
  });
};

/** Reads a tag; segments with unknown parts are passed over. */
function readCudaTag(text: string): CudaTag {
  const { segments, complete } = splitTag(text);
  const tag: { -readonly [K in keyof CudaTag]: CudaTag[K] } = { cuda: undefined, library: undefined, flavor: undefined, os: undefined, complete };
  for (const segment of segments) {
    if (segment.start === 0 && CUDA.test(segment.text)) tag.cuda = segment;
    else if (tag.library === undefined && LIBRARY.test(segment.text)) tag.library = segment;
    else if (tag.flavor === undefined && FLAVOR.test(segment.text)) tag.flavor = segment;
    else if (tag.os === undefined && OS.test(segment.text)) tag.os = segment;
    else tag.complete = false;
  }
  return tag;
}

function partsOf({ cuda, library, flavor, os }: CudaTag): readonly TagPart[] {
  const parts: TagPart[] = [];
  if (cuda !== undefined) parts.push(tagPart('cuda', cuda));
  if (library !== undefined) parts.push(tagPart(library.text === 'tensorrt' ? 'tensorrt' : 'cudnn', library));
  if (flavor !== undefined) parts.push(tagPart('flavor', flavor));
  if (os !== undefined) parts.push(tagPart('os', os));
  return parts.sort((a, b) => a.range.start - b.range.start);
}

function statusOf(known: KnownReference, tag: CudaTag, row: CudaImage | undefined): { readonly status: TagStatus; readonly statusEvidence: Evidence | undefined } {
  if (row === undefined) return statusWithoutRow(tag);
  // The observations are of Docker Hub; NVIDIA's policy is the same for NGC, but nobody looked there.
  const status = row.status === 'removed' && known.canonical.startsWith('nvcr.io/') ? 'delisted' : row.status;
  return { status, statusEvidence: cudaImageEvidence(row) };
}

/** The first CUDA version for which the lists of tags that were read may lack tags that came later. */
const LISTS_END = '13.1.0';

/**
 * The status of a tag that the table does not have. The lists of tags are complete for CUDA 10.0 up to `LISTS_END`, but
 * for two-part versions 11.0 and 11.1 and for tags without a distribution, some of which were never listed.
 */
function statusWithoutRow({ cuda, os, complete }: CudaTag): { readonly status: TagStatus; readonly statusEvidence: Evidence | undefined } {
  const unknown = { status: 'unknown' as const, statusEvidence: undefined };
  if (cuda === undefined) return unknown;
  const version = cuda.text;
  if (compareDotted(version, tableVersions().newest) > 0) return { status: 'newer', statusEvidence: undefined };
  if (!complete || os === undefined) return unknown;
  const neverListed = { status: 'never-existed' as const, statusEvidence: imageFact('cuda-tag-lists') };
  if (version.split('.').length === 2) {
    if (compareDotted(version, '11.2') >= 0) return { status: 'never-existed', statusEvidence: imageFact('cuda-tag-three-parts') };
    return majorOf(version) === 10 && cudaImagesOf(version).length > 0 ? neverListed : unknown;
  }
  if (compareDotted(version, '11.0.1') < 0 || compareDotted(version, LISTS_END) >= 0) return unknown;
  const images = cudaImagesOf(version);
  if (images.length > 0) return images.some(isListed) ? neverListed : unknown;
  return isPassedOver(version) ? neverListed : unknown;
}

/** A version without images that no later release can fill: CUDA 11 is over, or a higher patch or minor has images. */
function isPassedOver(version: string): boolean {
  if (majorOf(version) === 11) return true;
  const minor = firstParts(version, 2);
  const listed = [...tableVersions().listed];
  const sameMinor = listed.filter((other) => firstParts(other, 2) === minor);
  if (sameMinor.length > 0) return sameMinor.some((other) => compareDotted(other, version) > 0);
  return listed.some((other) => majorOf(other) === majorOf(version) && compareDotted(other, version) > 0);
}

function isListed({ evidence }: CudaImage): boolean {
  return evidence === 'list' || evidence === 'end-of-life-list' || evidence === 'list-history' || evidence === 'sibling';
}

let versions: { readonly newest: string; readonly listed: ReadonlySet<string> } | undefined;

/** The newest CUDA version of which any tag is known, and all that NVIDIA's lists have. */
function tableVersions(): { readonly newest: string; readonly listed: ReadonlySet<string> } {
  if (versions === undefined) {
    let newest = '0';
    const listed = new Set<string>();
    for (const row of allCudaImages()) {
      if (row.cuda === null) continue;
      if (compareDotted(row.cuda, newest) > 0) newest = row.cuda;
      if (isListed(row)) listed.add(row.cuda);
    }
    versions = { newest, listed };
  }
  return versions;
}

function componentsOf(tag: CudaTag, row: CudaImage | undefined, os: string | undefined, contents: CudaImageContents | undefined): readonly ImageComponent[] {
  const components: ImageComponent[] = [];
  if (os !== undefined) components.push(tag.os !== undefined ? osComponent(os, 'stated') : osComponent(os, 'derived', row && cudaImageEvidence(row)));
  const cuda = tag.cuda?.text;
  if (cuda === undefined) return components;
  const flavor = tag.flavor?.text;
  const minor = leadingParts(firstParts(cuda, 2));
  const of = (fact: Message): Evidence | undefined => contents && cudaContentsEvidence(msg`nvidia/cuda ${cuda} on ${contents.os}: ${fact}`, contents);
  components.push(imageComponent('cuda', exactFrom(cuda, 3), 'stated'));
  components.push(imageComponent('cudart', minor, 'derived', of(contents?.cudart ? msg`the package cuda-cudart is ${contents.cudart}` : msg`the package cuda-cudart is installed`)));
  if (contents?.compat === true) components.push(imageComponent('cuda-compat', minor, 'derived', of(msg`cuda-compat is installed`)));
  if (flavor === 'runtime' || flavor === 'devel') {
    const libraries = imageFact('cuda-image-libraries');
    const cublas = contents?.cublas ?? undefined;
    components.push(imageComponent('cublas', cublas, 'derived', cublas === undefined ? libraries : of(msg`cuBLAS is ${cublas}`)));
    // A rebuild of the tag may bring another NCCL.
    const nccl = contents?.nccl ?? undefined;
    if (nccl !== undefined) components.push(imageComponent('nccl', nccl, 'assumed', of(msg`NCCL is ${nccl}`)));
    if (flavor === 'devel') components.push(imageComponent('nvcc', minor, 'derived', libraries), imageComponent('cuda-headers', minor, 'derived', libraries));
  }
  if (tag.library !== undefined) components.push(...libraryComponents(tag.library, flavor, cuda, row, os));
  return components;
}

function libraryComponents(library: TagSegment, flavor: string | undefined, cuda: string, row: CudaImage | undefined, os: string | undefined): readonly ImageComponent[] {
  if (library.text === 'tensorrt') {
    const evidence = row && imageFact('cuda-tensorrt-image');
    const tensorrt = imageComponent('tensorrt', evidence && '10.13.2.6', 'derived', evidence);
    return flavor === 'devel' ? [tensorrt, { ...tensorrt, kind: 'tensorrt-headers' }] : [tensorrt];
  }
  const major = cudnnMajor(library, row);
  const revisions = row?.cudnnVersions?.split(' ') ?? [];
  const last = revisions.at(-1);
  const name = os !== undefined && packageManagerOf(os) === 'apt' ? cudnnPackage(major, cuda) : undefined;
  const cudnn =
    last === undefined || row === undefined
      ? imageComponent('cudnn', major === undefined ? undefined : leadingParts(major), 'stated', undefined, name)
      : imageComponent('cudnn', last, revisions.length === 1 ? 'derived' : 'assumed', { ...cudaImageEvidence(row), fact: cudnnFact(row.tag, revisions) }, name);
  return flavor === 'devel' ? [cudnn, { ...cudnn, kind: 'cudnn-headers', name: undefined }] : [cudnn];
}

function cudnnFact(tag: string, revisions: readonly string[]): Message {
  const last = revisions.at(-1) ?? '';
  return revisions.length === 1
    ? msg`The Dockerfile of nvidia/cuda:${tag} installs cuDNN ${last}`
    : msg`The Dockerfile of nvidia/cuda:${tag} installed cuDNN ${revisions.slice(0, -1).join(', ')} and last ${last}`;
}

function cudnnMajor(library: TagSegment, row: CudaImage | undefined): string | undefined {
  const written = LIBRARY.exec(library.text)?.[1];
  return written !== undefined && written !== '' ? written : (row?.cudnn || undefined);
}

/** The Debian package of a cuDNN major version: libcudnn8, from 9 on libcudnn9-cuda-12. */
function cudnnPackage(major: string | undefined, cuda: string): string | undefined {
  if (major === undefined) return undefined;
  return Number(major) < 9 ? `libcudnn${major}` : `libcudnn${major}-cuda-${String(majorOf(cuda))}`;
}

function environmentOf(cuda: string | undefined, flavor: DecodedImage['flavor'], contents: CudaImageContents | undefined): ReadonlyMap<string, string> {
  const env = new Map<string, string>();
  const version = contents?.cudaVersion ?? (cuda?.split('.').length === 3 ? cuda : undefined);
  if (version !== undefined) env.set('CUDA_VERSION', version);
  for (const name of ['NVIDIA_VISIBLE_DEVICES', 'NVIDIA_DRIVER_CAPABILITIES']) {
    const value = sharedImageVariable('nvidia-cuda', name);
    if (value !== undefined) env.set(name, value);
  }
  const path = contents?.path ?? undefined;
  if (path !== undefined) env.set('PATH', `${path === 'nvidia' ? '/usr/local/nvidia/bin:' : ''}/usr/local/cuda/bin:${DEFAULT_PATH}`);
  const libraryPath = contents?.libraryPath ?? undefined;
  if (libraryPath !== undefined) env.set('LD_LIBRARY_PATH', libraryPath);
  const stubs = flavor === 'devel' ? sharedImageVariable('nvidia-cuda', 'LIBRARY_PATH') : undefined;
  if (stubs !== undefined) env.set('LIBRARY_PATH', stubs);
  return env;
}

function aptRepositoriesOf(cuda: string | undefined, os: string | undefined): readonly ImageAptRepository[] {
  const distro = os === undefined ? undefined : aptDistro(os);
  if (cuda === undefined || os === undefined || distro === undefined) return [];
  const key = findImageKey(cuda, os);
  const repositories: ImageAptRepository[] = [{ repository: 'cuda', distro, arch: 'x86_64' }];
  if (key?.machineLearning === true && key.machineLearningUntil === null) repositories.push({ repository: 'machine-learning', distro, arch: 'x86_64' });
  return repositories;
}

function heldPackagesOf(tag: CudaTag, row: CudaImage | undefined, os: string | undefined, contents: CudaImageContents | undefined): readonly string[] {
  if (contents === undefined || os === undefined || packageManagerOf(os) !== 'apt') return [];
  const flavor = tag.flavor?.text;
  const held: string[] = [];
  if (flavor === 'runtime' || flavor === 'devel') held.push(...(contents.heldRuntime?.split(' ') ?? []));
  if (flavor === 'devel') held.push(...(contents.heldDevel?.split(' ') ?? []));
  if (tag.library?.text === 'tensorrt') held.push('tensorrt-libs');
  else if (tag.library !== undefined && tag.cuda !== undefined) {
    const cudnn = cudnnPackage(cudnnMajor(tag.library, row), tag.cuda.text);
    if (cudnn !== undefined) held.push(cudnn);
  }
  return held;
}

function platformsOf({ library, complete }: CudaTag, contents: CudaImageContents | undefined): readonly string[] | undefined {
  if (!complete) return undefined;
  if (library?.text === 'tensorrt') return ['linux/arm64'];
  const text = (library !== undefined ? contents?.cudnnPlatforms : undefined) ?? contents?.platforms;
  return text?.split(' ');
}

/** The lowest driver under which programs of this CUDA run, minor-version compatibility counted. */
function driverOf(cuda: string | undefined): Pick<DecodedImage, 'driverMin' | 'driverEvidence'> | undefined {
  const floor = cuda === undefined ? undefined : driverFloor(cuda);
  const driverMin = floor && (floor.minorCompatible ?? floor.full);
  return driverMin === undefined ? undefined : { driverMin, driverEvidence: floor?.evidence };
}

/**
 * Which repository key the image trusts. Where it depends on the day of the build, the key is undefined and the
 * evidence says when it changed: a digest or a mirror may hold an older build, a tag that is served holds the newest.
 */
function keyOf(known: KnownReference, cuda: string | undefined, os: string | undefined, row: CudaImage | undefined): Pick<DecodedImage, 'repositoryKey' | 'repositoryKeyEvidence'> {
  const key = cuda === undefined || os === undefined ? undefined : findImageKey(cuda, os);
  if (key === undefined) return { repositoryKey: undefined, repositoryKeyEvidence: undefined };
  const newest = !known.mirrored && known.reference.digest === undefined && (row?.status === 'served' || row?.status === 'end-of-life');
  const repositoryKey = key.oldKeyBuilds === 'always' ? 'old' : key.oldKeyBuilds === 'no' || newest ? 'new' : undefined;
  return { repositoryKey, repositoryKeyEvidence: imageKeyEvidence(key) };
}
