import { findTensorRTRelease } from '../core/facts/tensorrt-releases';
import { packageFamily } from '../core/facts/tensorrt-packages';
import { writeDockerfile } from '../core/solver/dockerfile';
import type { Combination } from '../core/solver/model';
import { compareDotted } from '../core/version/dotted';
import { quoteWord } from './host-text';
import { printJson } from './json';
import { note, type Note, type Output } from './model';

/** What an image is for: it decides on the stages. */
export type ImagePurpose = 'python' | 'cpp';

/** How a Dockerfile is written. */
export interface DockerfileOptions {
  /** What runs. Of `install: 'archive'` only the base image and its versions count. */
  readonly combination: Combination;
  /** The same versions with compilers, for the stage that compiles C++. */
  readonly toolchain?: Combination;
  readonly purpose: ImagePurpose;
  /** solver: as the combination says, by apt, pip or an NGC image. archive: the tar archive of TensorRT lies in the build context. */
  readonly install: 'solver' | 'archive';
  /** Address that stands for http://archive.ubuntu.com/ubuntu. */
  readonly aptMirror?: string;
  /** Address that stands for https://pypi.org/simple. */
  readonly pipMirror?: string;
  /** `Asia/Shanghai`. */
  readonly timeZone?: string;
  /** `zh_CN.UTF-8`. */
  readonly locale?: string;
  /** A user without root's rights, by name. */
  readonly user?: string;
  readonly userId?: number;
  /** Caches below the home folder of the user, which a volume then takes over with their owner. */
  readonly caches?: readonly string[];
  /** Further Debian packages. */
  readonly packages?: readonly string[];
  /** Requirements file in the build context. */
  readonly requirements?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** What the container runs; `python3 app.py`. */
  readonly command?: readonly string[];
}

const WORKDIR = '/workspace';
/** From this release on Ubuntu keeps its sources in deb822 form (https://discourse.ubuntu.com/t/spec-apt-deb822-sources-by-default/29333). */
const DEB822_SINCE = '24.04';

/**
 * A Dockerfile with three stages for Python (what all need, what developing needs, what ships), or two for C++ (what
 * compiles, what ships). Versions are pinned and held, package lists removed, and nothing asks questions.
 */
export function generateDockerfile(options: DockerfileOptions): Output {
  const notes: Note[] = [];
  const lines = options.purpose === 'cpp' && options.toolchain !== undefined ? writeCpp(options, options.toolchain, notes) : writePython(options, notes);
  return { files: [{ path: 'Dockerfile', text: `${lines.join('\n')}\n`, executable: false }], notes };
}

function writePython(options: DockerfileOptions, notes: Note[]): readonly string[] {
  const { combination, requirements, command = ['python3', 'app.py'] } = options;
  return [
    '# What all stages need.',
    `FROM ${combination.image} AS base`,
    ...prepare(options),
    ...install(options, combination, notes),
    ...createUser(options),
    ...(requirements === undefined ? [] : ['', `WORKDIR ${WORKDIR}`, `COPY ${requirements} ./`, `RUN ${pip(combination)} --requirement ${quoteWord(requirements)}`]),
    '',
    '# For developing: docker build --target dev',
    'FROM base AS dev',
    ...aptInstall(['build-essential', 'git']),
    '',
    '# What ships.',
    'FROM base AS app',
    ...label(options),
    `WORKDIR ${WORKDIR}`,
    `COPY . .`,
    ...useUser(options),
    `CMD ${printJson(command)}`,
  ];
}

function writeCpp(options: DockerfileOptions, toolchain: Combination, notes: Note[]): readonly string[] {
  const { combination, command = ['/opt/app/bin/app'] } = options;
  return [
    '# What compiles. It has the same versions as what ships, with headers and nvcc.',
    `FROM ${toolchain.image} AS build`,
    ...prepare(options),
    ...install(options, toolchain, notes),
    ...findHeaders(options, toolchain),
    ...aptInstall(['build-essential', 'cmake', 'git']),
    `WORKDIR ${WORKDIR}`,
    'COPY . .',
    'RUN cmake -S . -B /tmp/build -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/opt/app \\\n && cmake --build /tmp/build --parallel \\\n && cmake --install /tmp/build',
    '',
    '# What ships.',
    `FROM ${combination.image} AS app`,
    ...prepare(options),
    ...install(options, combination, []),
    ...label(options),
    ...createUser(options),
    'COPY --from=build /opt/app /opt/app',
    ...useUser(options),
    `CMD ${printJson(command)}`,
  ];
}

function versionOf({ components }: Combination, key: string): string | undefined {
  return components.find((component) => component.key === key)?.version;
}

/** Mirrors, time zone and locale: before all that downloads. */
function prepare({ combination, aptMirror, pipMirror, timeZone, locale, packages = [], purpose, requirements, install: way }: DockerfileOptions): readonly string[] {
  const sources = compareDotted(versionOf(combination, 'ubuntu') ?? '', DEB822_SINCE) >= 0 ? '/etc/apt/sources.list.d/ubuntu.sources' : '/etc/apt/sources.list';
  const needsLocale = locale !== undefined && !/^(?:C|POSIX)(?:\.|$)/.test(locale);
  // Images of CUDA have no Python of their own; those of NGC have it all.
  const installed = [...(versionOf(combination, 'python') === undefined ? [] : ['python3']), ...(combination.pip.length > 0 ? ['python3-pip'] : [])];
  const python = (purpose === 'python' && combination.family !== 'ngc' ? ['python3', ...(requirements !== undefined || way === 'archive' ? ['python3-pip'] : [])] : []).filter((name) => !installed.includes(name));
  const wanted = [...python, ...(timeZone === undefined ? [] : ['tzdata']), ...(needsLocale ? ['locales'] : []), ...packages];
  return [
    ...(aptMirror === undefined ? [] : [`ARG APT_MIRROR=${aptMirror}`, `RUN sed -i -E "s#https?://(archive|security)\\.ubuntu\\.com/ubuntu/?#$APT_MIRROR#g" ${sources}`]),
    ...(pipMirror === undefined ? [] : [`ENV PIP_INDEX_URL=${pipMirror}`]),
    ...(timeZone === undefined ? [] : ['ARG DEBIAN_FRONTEND=noninteractive']),
    ...(timeZone === undefined ? [] : [`ENV TZ=${timeZone}`]),
    ...aptInstall(wanted, [...(timeZone === undefined ? [] : ['ln -fs "/usr/share/zoneinfo/$TZ" /etc/localtime']), ...(needsLocale ? [`locale-gen ${locale}`] : [])]),
    ...(locale === undefined ? [] : [`ENV LANG=${locale}`]),
  ];
}

function aptInstall(packages: readonly string[], more: readonly string[] = []): readonly string[] {
  if (packages.length === 0) return [];
  return [['RUN apt-get update', `apt-get install -y --no-install-recommends ${packages.join(' ')}`, ...more, 'rm -rf /var/lib/apt/lists/*'].join(' \\\n && ')];
}

/** The libraries: as the solver writes them, or out of an archive. */
function install({ install: way, purpose }: DockerfileOptions, combination: Combination, notes: Note[]): readonly string[] {
  if (way === 'solver' || combination.family === 'ngc') return writeDockerfile(combination).split('\n').slice(1);
  const version = versionOf(combination, 'tensorrt');
  const archive = version === undefined ? undefined : findArchive(combination, version, notes);
  const others = { ...combination, apt: combination.apt.filter((pin) => packageFamily(pin.package) === undefined), pip: combination.pip.filter((pin) => !/^tensorrt/.test(pin.package)) };
  const lines = writeDockerfile(others).split('\n').slice(1);
  if (archive === undefined || version === undefined) return lines;
  const home = `/opt/TensorRT-${version}`;
  notes.push(note('Put {archive} into the build context: NVIDIA serves it to registered developers.', { archive }));
  const python = versionOf(combination, 'python')?.replace('.', '');
  return [
    ...lines,
    `ADD ${archive} /opt/`,
    `ENV LD_LIBRARY_PATH=${home}/lib:$LD_LIBRARY_PATH`,
    ...(purpose === 'python' && python !== undefined ? [`RUN ${pip(combination)} ${home}/python/tensorrt-*-cp${python}-none-linux_x86_64.whl`] : []),
  ];
}

/** Compilers look into an unpacked archive by these variables (https://gcc.gnu.org/onlinedocs/gcc/Environment-Variables.html, checked 2026-11-20). */
function findHeaders({ install: way }: DockerfileOptions, combination: Combination): readonly string[] {
  const version = versionOf(combination, 'tensorrt');
  if (way !== 'archive' || version === undefined || findArchive(combination, version, []) === undefined) return [];
  return [`ENV CPATH=/opt/TensorRT-${version}/include LIBRARY_PATH=/opt/TensorRT-${version}/lib`];
}

/** The archive for the image's CUDA, of those that are known. */
function findArchive(combination: Combination, version: string, notes: Note[]): string | undefined {
  const cuda = versionOf(combination, 'cuda') ?? '';
  const builds = findTensorRTRelease(version)?.tarBuilds ?? [];
  const major = cuda.split('.')[0];
  const build = builds.find((one) => cuda.startsWith(`${one}.`) || cuda === one) ?? builds.find((one) => one.split('.')[0] === major);
  if (build === undefined) notes.push(note('No archive of TensorRT {version} for CUDA {cuda} is known.', { version, cuda }));
  return build === undefined ? undefined : `TensorRT-${version}.Linux.x86_64-gnu.cuda-${build}.tar.gz`;
}

/** pip as the solver calls it: this Python, and no cache in the image. */
function pip(combination: Combination): string {
  const managed = compareDotted(versionOf(combination, 'ubuntu') ?? '', '23.04') >= 0 && combination.family !== 'ngc';
  return `python3 -m pip install --no-cache-dir${managed ? ' --break-system-packages' : ''}`;
}

function label({ labels = {}, combination }: DockerfileOptions): readonly string[] {
  const all = { 'org.opencontainers.image.base.name': combination.image, ...labels };
  return [`LABEL ${Object.entries(all).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(' \\\n      ')}`];
}

/** Some images have a user with the number that is wanted: Ubuntu 24.04 names it ubuntu. */
function createUser({ user, userId = 1000, caches = [] }: DockerfileOptions): readonly string[] {
  if (user === undefined) return [];
  const folders = [...new Set(caches)].map((cache) => `/home/${user}/.cache/${cache}`);
  return [
    `ARG USER_ID=${userId}`,
    [
      'RUN if old=$(getent passwd "$USER_ID"); then userdel --remove "${old%%:*}"; fi',
      `useradd --create-home --shell /bin/bash --uid "$USER_ID" ${user}`,
      ...(folders.length === 0 ? [] : [`install -d -o ${user} -g ${user} /home/${user}/.cache ${folders.join(' ')}`]),
    ].join(' \\\n && '),
  ];
}

function useUser({ user }: DockerfileOptions): readonly string[] {
  return user === undefined ? [] : [`USER ${user}`];
}
