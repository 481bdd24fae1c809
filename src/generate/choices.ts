import type { DevcontainerExtras } from './devcontainer';
import type { Json } from './json';
import { note, type Engine, type Note, type PlanBuild, type RunPlan, type Setting } from './model';

/** Where windows of the container appear. none: nowhere, or through the forwarding that VS Code does by itself. */
export type Display = 'none' | 'x11' | 'wayland' | 'wslg' | 'ssh';

/** How the X server lets the container in, narrowest first. */
export type Access = 'cookie' | 'localuser' | 'open';

export type Audio = 'none' | 'pulse' | 'alsa';

/** Caches that are worth a volume. */
export type Cache = 'pip' | 'huggingface' | 'torch' | 'ccache';

export type Language = 'python' | 'cpp' | 'cuda';

/** What is asked of a person. Each has a sensible answer: see DEFAULT_CHOICES. */
export interface Choices {
  readonly image?: string;
  readonly build?: PlanBuild;
  readonly name?: string;
  readonly gpus: 'none' | 'all' | number | readonly string[];
  /** The container starts where there is no GPU, too. */
  readonly gpuOptional: boolean;
  readonly display: Display;
  readonly access: Access;
  /** The user in the container by name; `host`: the numbers of the local user; undefined: what the image says. */
  readonly user?: string;
  /** Home folder of that user; by default `/home/NAME`, `/root` for root. */
  readonly home?: string;
  /** Nodes of cameras: `/dev/video0`. */
  readonly cameras: readonly string[];
  /** Other devices, as `--device` takes them. */
  readonly devices: readonly string[];
  readonly audio: Audio;
  /** `8g`; undefined for Docker's 64 MB. Not with `ipcHost`. */
  readonly shmSize?: string;
  readonly ipcHost: boolean;
  /** As `--ulimit` takes them: `memlock=-1`. */
  readonly ulimits: readonly string[];
  /** Driver capabilities besides compute and utility. What the display needs is added. */
  readonly capabilities: readonly string[];
  readonly ports: readonly number[];
  /** Where the folder that is opened is mounted; undefined leaves it to the dev container tools. */
  readonly workspace?: string;
  readonly caches: readonly Cache[];
  readonly languages: readonly Language[];
  readonly features: Readonly<Record<string, Json>>;
  readonly engine: Engine;
}

/** The sensible answers: a GPU where there is one, no display, and what the image says of the user. */
export const DEFAULT_CHOICES: Choices = {
  gpus: 'all',
  gpuOptional: true,
  display: 'none',
  access: 'cookie',
  cameras: [],
  devices: [],
  audio: 'none',
  ipcHost: false,
  ulimits: [],
  capabilities: [],
  ports: [],
  caches: [],
  languages: [],
  features: {},
  engine: 'docker',
};

/** What choices come to. */
export interface Planned {
  readonly plan: RunPlan;
  readonly extras: DevcontainerExtras;
  /** Lines of shell that the host runs before each start; empty where it need do nothing. */
  readonly hostScript: readonly string[];
  readonly notes: readonly Note[];
}

/** Folder in the container in which the cookie file lies. */
const COOKIE_FOLDER = '/run/trtc-display';
/** Its counterpart on the host: a folder and not a file, for xauth writes the file anew and a mount would keep the old one. */
const HOST_COOKIE_FOLDER = '${HOME}/.cache/trtc/display';
const SOCKET = '/tmp/.X11-unix';
/** Not set, neither may be read as nothing: that would mount the root of the host. */
const RUNTIME_FOLDER = '${XDG_RUNTIME_DIR:?no session of a desktop}';
const WAYLAND = '${WAYLAND_DISPLAY:-wayland-0}';

/** The plan for choices. */
export function planChoices(choices: Choices): Planned {
  const { image, build, gpus, gpuOptional, name } = choices;
  const notes: Note[] = [];
  const settings: Setting[] = [{ option: '--interactive' }, { option: '--tty' }, ...userSettings(choices), ...displaySettings(choices, notes), ...capabilitySettings(choices), ...deviceSettings(choices, notes), ...audioSettings(choices, notes), ...memorySettings(choices, notes), ...workspaceSettings(choices), ...cacheSettings(choices, notes)];
  for (const port of choices.ports) settings.push({ option: '--publish', value: `127.0.0.1:${port}:${port}` });
  const user = choices.user === 'host' ? undefined : choices.user;
  if (user !== undefined && user !== 'root' && build === undefined) notes.push(note('The image must have the user {user}; the feature ghcr.io/devcontainers/features/common-utils makes one in a dev container.', { user }));
  const script = hostScript(choices);
  return {
    plan: {
      image,
      build,
      gpus: gpus === 'none' ? undefined : { which: gpus, capabilities: [], optional: gpuOptional, through: 'gpus' },
      settings,
      command: [],
    },
    extras: {
      ...(name !== undefined && { name }),
      ...(user !== undefined && { remoteUser: user }),
      features: choices.features,
      extensions: choices.languages.flatMap((language) => EXTENSIONS[language]),
      settings: Object.assign({}, ...choices.languages.map((language) => SETTINGS[language])) as Record<string, Json>,
      ...(gpus !== 'none' && { smokeTest: gpuOptional ? ('gpu-optional' as const) : ('gpu-required' as const) }),
    },
    hostScript: script,
    notes,
  };
}

// Identifiers of https://marketplace.visualstudio.com, as the publishers' documentation gives them (checked 2026-11-20).
const EXTENSIONS: Readonly<Record<Language, readonly string[]>> = {
  python: ['ms-python.python', 'ms-python.vscode-pylance'],
  cpp: ['ms-vscode.cpptools', 'ms-vscode.cmake-tools'],
  cuda: ['nvidia.nsight-vscode-edition'],
};

const SETTINGS: Readonly<Record<Language, Readonly<Record<string, Json>>>> = {
  python: { 'python.defaultInterpreterPath': '/usr/bin/python3' },
  cpp: {},
  cuda: { 'files.associations': { '*.cu': 'cuda-cpp', '*.cuh': 'cuda-cpp' } },
};

function env(name: string, value: string): Setting {
  return { option: '--env', value: `${name}=${value}` };
}

function bind(source: string, target: string, readOnly = false): Setting {
  return { option: '--volume', value: `${source}:${target}${readOnly ? ':ro' : ''}` };
}

/** A socket of a session: where there is none the engine refuses to start, and makes no folder in its place as it would for a volume. */
function bindSocket(source: string, target: string): Setting {
  return { option: '--mount', value: `type=bind,source=${source},target=${target}` };
}

function userSettings({ user, engine }: Choices): readonly Setting[] {
  if (user === undefined) return [];
  // Root of a rootless engine is the local user.
  if (user === 'host') return engine === 'rootless' ? [] : engine === 'podman' ? [{ option: '--userns', value: 'keep-id' }] : [{ option: '--user', value: '${UID}:${GID}' }];
  return [];
}

function displaySettings({ display, access, ipcHost }: Choices, notes: Note[]): readonly Setting[] {
  // Qt and others share images by System V memory, which the X server sees only where they share the IPC namespace.
  const sharedMemory = ipcHost ? [] : [env('QT_X11_NO_MITSHM', '1')];
  const cookie = [env('XAUTHORITY', `${COOKIE_FOLDER}/Xauthority`), bind(HOST_COOKIE_FOLDER, COOKIE_FOLDER, true)];
  switch (display) {
    case 'none':
      return [];
    case 'x11':
      notes.push(ACCESS_NOTES[access], note('What can open a window on an X server can read the screen and the keyboard of all others: let no program in that you do not trust.'));
      return [env('DISPLAY', '${DISPLAY}'), bind(SOCKET, SOCKET, true), ...(access === 'cookie' ? cookie : []), ...sharedMemory];
    case 'ssh':
      notes.push(note('Connect with ssh -X, and start the container in that session: the display lives on a port of this machine, so that the container needs its network.'));
      return [{ option: '--network', value: 'host' }, env('DISPLAY', '${DISPLAY}'), ...cookie, env('QT_X11_NO_MITSHM', '1')];
    case 'wayland':
      notes.push(note('The Wayland socket belongs to the local user: the user in the container must have the same number. The container does not start outside of a session of Wayland.'));
      return [env('WAYLAND_DISPLAY', WAYLAND), env('XDG_RUNTIME_DIR', '/tmp'), bindSocket(`${RUNTIME_FOLDER}/${WAYLAND}`, `/tmp/${WAYLAND}`)];
    case 'wslg':
      notes.push(note('The container starts on Windows with WSLg alone: /mnt/wslg is nowhere else.'));
      return [
        env('DISPLAY', '${DISPLAY}'),
        env('WAYLAND_DISPLAY', '${WAYLAND_DISPLAY}'),
        env('XDG_RUNTIME_DIR', '/mnt/wslg/runtime-dir'),
        env('PULSE_SERVER', '/mnt/wslg/PulseServer'),
        bindSocket(SOCKET, SOCKET),
        bindSocket('/mnt/wslg', '/mnt/wslg'),
      ];
  }
}

const ACCESS_NOTES: Readonly<Record<Access, Note>> = {
  cookie: note('The cookie file is for the local user alone: the user in the container must be root or have the same number. Run the host commands in the session of the desktop.'),
  localuser: note('xhost lets in one user of this machine until the session ends; xhost -si:localuser:NAME takes it back.'),
  open: note('xhost +local: lets in every user and program of this machine until the session ends; xhost -local: takes it back. Prefer the cookie.'),
};

/** A display needs OpenGL's part of the driver; names in the order of NVIDIA's documentation. */
function capabilitySettings({ capabilities, display, gpus }: Choices): readonly Setting[] {
  if (gpus === 'none') return [];
  const wanted = new Set([...capabilities, ...(display === 'none' ? [] : ['graphics', ...(display === 'wayland' ? [] : ['display'])])]);
  if (wanted.size === 0) return [];
  const all = wanted.has('all') ? 'all' : ['compute', 'utility', ...['graphics', 'video', 'display', 'compat32'].filter((name) => wanted.has(name))].join(',');
  return [env('NVIDIA_DRIVER_CAPABILITIES', all)];
}

const VIDEO_GROUP = note('The group video is that of the image, and must have the number that it has on the host: stat -c %g /dev/video0 tells it, and --group-add takes numbers too.');

function deviceSettings({ cameras, devices, user, engine }: Choices, notes: Note[]): readonly Setting[] {
  const nodes = [...cameras, ...devices];
  if (cameras.length > 0 && engine === 'podman' && user !== 'root') notes.push(note('keep-groups needs the runtime crun: podman info --format {{.Host.OCIRuntime.Name}} tells which one is used.'));
  const byGroup = cameras.length > 0 && user !== 'root' && engine !== 'rootless';
  if (byGroup && engine !== 'podman') notes.push(VIDEO_GROUP);
  if (nodes.length > 0) notes.push(note('The container does not start where one of {devices} is missing.', { devices: nodes.join(', ') }));
  return [
    ...nodes.map((device) => ({ option: '--device', value: device })),
    // Root needs no group to open the node.
    ...(byGroup ? [{ option: '--group-add', value: engine === 'podman' ? 'keep-groups' : 'video' }] : []),
  ];
}

function audioSettings({ audio, display }: Choices, notes: Note[]): readonly Setting[] {
  if (audio === 'alsa') {
    notes.push(note('/dev/snd takes the sound card for the container alone: the sound server of the host cannot play meanwhile.'));
    return [{ option: '--device', value: '/dev/snd' }];
  }
  if (audio === 'none' || display === 'wslg') return [];
  notes.push(note('The sound server answers the local user alone: the user in the container must have the same number. The container does not start where there is no sound server.'));
  return [env('PULSE_SERVER', 'unix:/run/trtc-pulse'), bindSocket(`${RUNTIME_FOLDER}/pulse/native`, '/run/trtc-pulse')];
}

function memorySettings({ shmSize, ipcHost, ulimits }: Choices, notes: Note[]): readonly Setting[] {
  if (ipcHost && shmSize !== undefined) notes.push(note('--shm-size has no effect with --ipc=host, and is left out.'));
  return [
    ...(ipcHost ? [{ option: '--ipc', value: 'host' }] : shmSize === undefined ? [] : [{ option: '--shm-size', value: shmSize }]),
    ...ulimits.map((value) => ({ option: '--ulimit', value })),
  ];
}

function workspaceSettings({ workspace }: Choices): readonly Setting[] {
  return workspace === undefined ? [] : [bind('${PWD}', workspace), { option: '--workdir', value: workspace }];
}

const CACHES: Readonly<Record<Cache, { readonly folder: string; readonly variable: string }>> = {
  pip: { folder: 'pip', variable: 'PIP_CACHE_DIR' },
  huggingface: { folder: 'huggingface', variable: 'HF_HOME' },
  torch: { folder: 'torch', variable: 'TORCH_HOME' },
  ccache: { folder: 'ccache', variable: 'CCACHE_DIR' },
};

/** A cache as a volume of root, or of a named user; your own numbers get your own caches, which belong to you already. */
function cacheSettings({ caches, user, home }: Choices, notes: Note[]): readonly Setting[] {
  const folder = user === 'host' ? '/cache' : `${home ?? (user === undefined || user === 'root' ? '/root' : `/home/${user}`)}/.cache`;
  if (caches.length > 0 && user !== undefined && user !== 'root' && user !== 'host') notes.push(note('A new volume belongs to root unless the image has the folder: make {folder} in the Dockerfile, owned by {user}.', { folder, user }));
  return caches.flatMap((cache) => {
    const { folder: name, variable } = CACHES[cache];
    return [{ option: '--volume', value: `${user === 'host' ? `\${HOME}/.cache/${name}` : `${name}-cache`}:${folder}/${name}` }, env(variable, `${folder}/${name}`)];
  });
}

/** Lines of POSIX shell that prepare the host; they end well where there is no display, so that the container starts there too. */
function hostScript({ display, access, user, engine, caches }: Choices): readonly string[] {
  const usesCookie = display === 'ssh' || (display === 'x11' && access === 'cookie');
  const lines: string[] = [];
  if (user === 'host' && caches.length > 0) lines.push(`mkdir -p ${caches.map((cache) => `"$HOME/.cache/${CACHES[cache].folder}"`).join(' ')}`);
  if (display === 'x11') lines.push(`# The socket of the X server: an empty folder where there is none, so that the container starts.`, `mkdir -p ${SOCKET}`);
  if (usesCookie) {
    lines.push(
      '# A copy of the cookie of this display for any host name (ffff): the container has a name of its own. Nobody else may read it.',
      'folder="$HOME/.cache/trtc/display"',
      'mkdir -p "$folder"',
      'chmod 700 "$folder"',
      '(umask 077 && : >>"$folder/Xauthority")',
      'if [ -n "${DISPLAY:-}" ] && command -v xauth >/dev/null; then',
      `  xauth nlist "$DISPLAY" | sed 's/^..../ffff/' | xauth -f "$folder/Xauthority" nmerge - || true`,
      'fi',
    );
  } else if (display === 'x11') {
    const name = access === 'open' ? 'local:' : `si:localuser:${engine !== 'rootless' && engine !== 'podman' && (user === undefined || user === 'root') ? 'root' : '$(id -un)'}`;
    lines.push(
      access === 'open' ? '# Lets every user and program of this machine use the display, until the session ends.' : '# Lets one user of this machine use the display, until the session ends.',
      'if [ -n "${DISPLAY:-}" ] && command -v xhost >/dev/null; then',
      `  xhost "+${name}" || true`,
      'fi',
    );
  }
  return lines;
}
