import { UNKNOWN } from '../text/traced';
import type { ImageReference } from './model';

/** The publisher's own name of an image, without mirror. */
export interface ImageName {
  /** `nvidia/cuda`, `nvcr.io/nvidia/tensorrt`, `ubuntu`. */
  readonly canonical: string;
  /** Something other than the publisher's registry serves it. */
  readonly mirrored: boolean;
}

const DOCKER_HUB = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);
const NGC = 'nvcr.io';
/** Docker Hub repositories of a user or organisation that some decoder knows. */
const HUB_REPOSITORIES = new Set([
  'nvidia/cuda',
  'nvidia/cudagl',
  'nvidia/opengl',
  'tensorflow/tensorflow',
  'tensorflow/serving',
  'pytorch/pytorch',
  'vllm/vllm-openai',
  'mambaorg/micromamba',
  'continuumio/anaconda',
  'continuumio/anaconda2',
  'continuumio/anaconda3',
  'continuumio/miniconda',
  'continuumio/miniconda2',
  'continuumio/miniconda3',
  'condaforge/mambaforge',
  'condaforge/miniforge3',
]);
/** Repositories below nvcr.io/nvidia/ that are told in a mirror by their name alone. */
const NGC_REPOSITORIES = new Set([
  'nvidia/tensorrt',
  'nvidia/tritonserver',
  'nvidia/tensorrtserver',
  'nvidia/inferenceserver',
  'nvidia/pytorch',
  'nvidia/tensorflow',
  'nvidia/cuda-dl-base',
  'nvidia/deepstream',
  'nvidia/deepstream-l4t',
  'nvidia/tensorrt-llm/release',
  'nvidia/l4t-base',
  'nvidia/l4t-cuda',
  'nvidia/l4t-jetpack',
  'nvidia/l4t-ml',
  'nvidia/l4t-pytorch',
  'nvidia/l4t-tensorflow',
  'nvidia/l4t-tensorrt',
]);
/** Docker official images that some decoder knows. */
const OFFICIAL = new Set(['ubuntu', 'debian', 'python', 'alpine', 'rockylinux', 'centos', 'fedora', 'archlinux', 'almalinux', 'oraclelinux', 'amazonlinux']);
/** A path component of a proxy in front of Docker Hub. */
const PROXY = /docker|hub|proxy|mirror|cache|^library$/;

/** The publisher's name behind a reference; undefined for an image that no decoder knows. */
export function findImageName({ registry, repository }: ImageReference): ImageName | undefined {
  const hub = registry === undefined || DOCKER_HUB.has(registry);
  if (hub) {
    const name = repository.startsWith('library/') ? repository.slice('library/'.length) : repository;
    if (HUB_REPOSITORIES.has(name) || OFFICIAL.has(name)) return { canonical: name, mirrored: false };
  }
  if (registry === NGC) return repository.startsWith('nvidia/') ? { canonical: `${NGC}/${repository}`, mirrored: false } : undefined;
  if (registry === 'mcr.microsoft.com') return undefined;
  const ubi = redHat(registry, repository);
  return ubi ?? mirroredName(repository, !hub);
}

/** registry.access.redhat.com/ubi8, ubi8/ubi, ubi8-minimal … → `ubi8`. */
function redHat(registry: string | undefined, repository: string): ImageName | undefined {
  const ubi = /^(?:redhat\/)?(ubi\d+)(?:[/-](?:ubi|minimal|init|micro)(?:-(?:minimal|init|micro))?)?$/.exec(repository);
  const published = registry === undefined || DOCKER_HUB.has(registry) || registry === 'registry.access.redhat.com' || registry === 'registry.redhat.io';
  return ubi?.[1] === undefined ? undefined : { canonical: ubi[1], mirrored: !published };
}

/**
 * A known name at the end of a longer path. `elsewhere` is true when a registry other than Docker Hub is named:
 * only there do names of NGC and of official images stand for the image of that name.
 */
function mirroredName(repository: string, elsewhere: boolean): ImageName | undefined {
  const path = repository.split(UNKNOWN).at(-1) ?? '';
  const prefixed = elsewhere || repository.includes(UNKNOWN);
  const components = path.split('/');
  for (let i = 0; i < components.length; i++) {
    const name = components.slice(i).join('/');
    const before = components[i - 1];
    if (HUB_REPOSITORIES.has(name) && (prefixed || i > 0)) return { canonical: name, mirrored: true };
    if (NGC_REPOSITORIES.has(name) && (prefixed || i > 0)) return { canonical: `${NGC}/${name}`, mirrored: true };
    if (OFFICIAL.has(name) && (before === undefined ? prefixed : PROXY.test(before))) return { canonical: name, mirrored: true };
  }
  return undefined;
}
