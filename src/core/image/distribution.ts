import { distributionsChecked, findDistribution, findDistributionByCodename } from '../facts/distributions';
import type { Evidence } from '../facts/evidence';
import { msg } from '../l10n/message';
import type { DecodedImage, ImageComponent } from './model';
import { imageComponent, composeImage, exactFrom, leadingParts, splitTag, tagPart, type Decoder } from './compose';
import type { Certainty } from '../stack/model';

/** The PATH that Docker gives an image that sets none; distribution images have the same. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const NAME_AND_VERSION = /^([a-z]+)(\d[\d.]*)$/;

/** Python 3 that apt installs on a distribution (`ubuntu22.04` → `3.10`); undefined where it is not established. */
export function distroPython(os: string): string | undefined {
  return findDistribution(os)?.python ?? undefined;
}

/** Evidence for `distroPython`. */
export function distroPythonEvidence(os: string): Evidence | undefined {
  const row = findDistribution(os);
  if (row === undefined || row.python === null || row.pythonSource === null) return undefined;
  return { fact: msg`python3 of ${row.os} is Python ${row.python}`, source: row.pythonSource, checked: distributionsChecked() };
}

/** The component of an operating system given by name and version (`ubuntu20.04`, `ubi8`). */
export function osComponent(os: string, certainty: Certainty, evidence?: Evidence): ImageComponent {
  const match = NAME_AND_VERSION.exec(os);
  return match === null ? imageComponent('os', undefined, certainty, evidence, os) : imageComponent('os', exactFrom(match[2] ?? '', 1), certainty, evidence, match[1]);
}

/** Name and version of the operating system in an image, joined (`ubuntu20.04`); undefined where it is not known. */
export function osOf(components: readonly ImageComponent[]): string | undefined {
  const os = components.find(({ kind }) => kind === 'os');
  return os?.name !== undefined && os.version.type === 'exact' ? `${os.name}${os.version.version}` : undefined;
}

/** The distribution as NVIDIA's repositories spell it: `ubuntu20.04` → `ubuntu2004`; undefined for those without apt. */
export function aptDistro(os: string): string | undefined {
  return /^(?:ubuntu|debian)[\d.]+$/.test(os) ? os.replace('.', '') : undefined;
}

/** The package manager of a distribution; undefined where it is none of those that the shell reader knows. */
export function packageManagerOf(os: string): DecodedImage['packageManager'] {
  if (/^(?:ubuntu|debian)/.test(os)) return 'apt';
  if (/^(?:centos|ubi|rockylinux|almalinux|oraclelinux|fedora|amazonlinux|amzn)/.test(os)) return 'yum';
  if (/^(?:opensuse|suse|sles)/.test(os)) return 'zypper';
  if (os.startsWith('alpine')) return 'apk';
  if (os.startsWith('archlinux')) return 'pacman';
  return undefined;
}

/** ubuntu, debian, alpine, rockylinux, centos, fedora, archlinux, ubi8 …: nothing of CUDA, and no Python but Fedora's and the like. */
export const decodeDistribution: Decoder = (known) => {
  const { segments } = splitTag(known.tag);
  const first = segments[0]?.start === 0 ? segments[0] : undefined;
  const os = first === undefined ? undefined : readRelease(known.canonical, first.text);
  const family = known.canonical.replace(/\d+$/, '');
  const apt = packageManagerOf(known.canonical);
  // Debian and Ubuntu images have no Python; those of the yum family bring one of their own.
  const bare = apt === 'apt' || family === 'alpine' || family === 'archlinux';
  return composeImage(known, {
    family: 'distribution',
    parts: first !== undefined && os !== undefined ? [tagPart('os', first)] : [],
    components: [
      os === undefined ? imageComponent('os', undefined, 'stated', undefined, family) : osComponent(os, 'stated'),
    ],
    componentsComplete: bare && !known.mirrored,
    env: new Map([['PATH', DEFAULT_PATH]]),
    envComplete: bare && family !== 'archlinux' && !known.mirrored,
    packageManager: apt,
    libc: family === 'alpine' ? 'musl' : 'glibc',
  });
};

/** (`ubuntu`, `jammy-20240111`, `22.04` or a point release as `14.04.2`) → `ubuntu22.04`; (`debian`, `bookworm-slim` or `12.5-slim`) → `debian12`. */
function readRelease(name: string, tag: string): string | undefined {
  if (/^ubi\d+$/.test(name)) return name;
  const row = findDistributionByCodename(tag);
  if (row !== undefined) return row.os.startsWith(name) ? row.os : undefined;
  if (name === 'ubuntu') return /^\d\d\.\d\d(?:\.\d+)?$/.test(tag) ? `ubuntu${tag.slice(0, 5)}` : undefined;
  if (name === 'debian' || name === 'centos' || name === 'fedora' || name === 'rockylinux' || name === 'almalinux' || name === 'oraclelinux') {
    const major = /^(?:centos)?(\d+)(?:\.\d+)*$/.exec(tag);
    return major?.[1] === undefined ? undefined : `${name}${major[1]}`;
  }
  if (name === 'alpine') return /^\d+\.\d+(?:\.\d+)?$/.test(tag) ? `alpine${tag.split('.', 2).join('.')}` : undefined;
  if (name === 'amazonlinux') return /^\d+(?:\.\d+)*$/.test(tag) ? `amzn${tag.split('.')[0] ?? ''}` : undefined;
  return undefined;
}

/** python:3.10-slim, python:3.11-bookworm …: the Python of the tag on Debian or Alpine. */
export const decodePython: Decoder = (known) => {
  const { segments, complete } = splitTag(known.tag);
  const first = segments[0]?.start === 0 ? segments[0] : undefined;
  const version = first !== undefined && /^\d+(?:\.\d+)*$/.test(first.text) ? first : undefined;
  const alpine = segments.find(({ text }) => text.startsWith('alpine'));
  const debian = segments.find(({ text }) => findDistributionByCodename(text)?.os.startsWith('debian') === true);
  const os = debian === undefined ? undefined : findDistributionByCodename(debian.text)?.os;
  const parts = [
    ...(version === undefined ? [] : [tagPart('python', version)]),
    ...(debian === undefined ? [] : [tagPart('os', debian)]),
  ];
  const python = version === undefined ? undefined : version.text.split('.').length >= 3 ? version.text : leadingParts(version.text);
  return composeImage(known, {
    family: 'python',
    parts,
    components: [
      ...(os !== undefined ? [osComponent(os, 'stated')] : alpine !== undefined ? [imageComponent('os', undefined, 'stated', undefined, 'alpine')] : []),
      imageComponent('python', python, 'stated'),
    ],
    componentsComplete: complete && !known.mirrored,
    env: new Map(),
    packageManager: alpine !== undefined ? 'apk' : complete ? 'apt' : undefined,
    libc: alpine !== undefined ? 'musl' : complete ? 'glibc' : undefined,
  });
};
