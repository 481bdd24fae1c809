import type { Range } from '../core/text/range';

/** What a part of a generated file is for. */
export interface Explanation {
  /** Stable name, for the translation of its text. */
  readonly id: string;
  /** Where the part is written. */
  readonly range: Range;
  readonly text: string;
  /** Where it is documented. */
  readonly source: string;
}

interface Entry {
  readonly id: string;
  /** The part, as run lines, Compose files and devcontainer.json write it. */
  readonly pattern: RegExp;
  readonly text: string;
  readonly source: string;
}

const ROCKER = 'https://github.com/osrf/rocker/blob/master/src/rocker/nvidia_extension.py';
const XHOST = 'https://manpages.ubuntu.com/manpages/jammy/en/man1/xhost.1.html';
const NVIDIA = 'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html';
const CDI = 'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/cdi-support.html';
const DEVCONTAINER = 'https://github.com/devcontainers/spec/blob/main/docs/specs/devcontainerjson-reference.md';
const WSLG = 'https://github.com/microsoft/wslg/blob/main/samples/container/Containers.md';
const SERVICES = 'https://github.com/compose-spec/compose-spec/blob/main/05-services.md';
const RUN = 'https://docs.docker.com/reference/cli/docker/container/run/';
const PULSE = 'https://comp0016-team-24.github.io/dev/problem-solving/2020/10/30/passing-audio-into-docker.html';

// Sources checked 2026-11-20. Each pattern finds the place that says the most: a name with what stands for its value.
const ENTRIES: readonly Entry[] = [
  { id: 'gpus', pattern: /--gpus[ =]\S+|^\s*gpus:.*$|^\s*reservations:$/, text: 'Passes GPUs to the container. Without a request it gets none.', source: 'https://docs.docker.com/engine/containers/gpu/' },
  { id: 'gpu-optional', pattern: /"hostRequirements": *\{ *"gpu": *"optional" *\}|"gpu": *"optional"/, text: 'All GPUs where Docker has the NVIDIA runtime; the container starts without one elsewhere.', source: 'https://github.com/devcontainers/cli/blob/f683c29f/src/spec-node/singleContainer.ts' },
  { id: 'runtime', pattern: /--runtime[ =]nvidia|^\s*runtime: nvidia/, text: 'The runtime of NVIDIA passes the GPUs that NVIDIA_VISIBLE_DEVICES names; on Jetson it is the only way.', source: NVIDIA },
  { id: 'cdi', pattern: /nvidia\.com\/gpu=[\w:-]+/, text: 'A GPU by its CDI name, as nvidia-ctk cdi list shows it.', source: CDI },
  { id: 'capabilities', pattern: /"?NVIDIA_DRIVER_CAPABILITIES"?[=:] *"?[\w,]+/, text: 'Which parts of the driver the container sees: compute for CUDA, utility for nvidia-smi, video for encoding and decoding, graphics and display for OpenGL and windows.', source: NVIDIA },
  { id: 'visible-devices', pattern: /"?NVIDIA_VISIBLE_DEVICES"?[=:] *"?[\w,-]+/, text: 'Which GPUs the runtime of NVIDIA passes.', source: NVIDIA },
  { id: 'cuda-visible-devices', pattern: /"?CUDA_VISIBLE_DEVICES"?[=:] *"?[\w,-]+/, text: 'Which of its GPUs programs of CUDA use; the container still sees all of them.', source: 'https://github.com/YanWenKun/ComfyUI-Docker/issues/60' },
  { id: 'display', pattern: /"?\bDISPLAY"?[=:] *"?\$?\{?\w*/, text: 'The X display of the host. It changes with the session, so that it is never part of an image.', source: ROCKER },
  { id: 'x11-socket', pattern: /\/tmp\/\.X11-unix/, text: 'The socket by which programs reach the X server of the host.', source: ROCKER },
  { id: 'xauthority', pattern: /"?XAUTHORITY"?[=:] *"?[\w/.-]+/, text: 'The cookie that lets the container use the display, and nobody else.', source: ROCKER },
  { id: 'cookie-folder', pattern: /[\w/${}:]*\/\.cache\/trtc\/display/, text: 'The folder of the cookie file, and not the file: xauth writes it anew with each session, and a mounted file would stay the old one.', source: 'https://briefcase.readthedocs.io/en/latest/how-to/internal/x11passthrough.html' },
  { id: 'xauth', pattern: /xauth nlist .*nmerge -/, text: 'Copies the cookie of this display for any host name (ffff), for the container has a name of its own.', source: ROCKER },
  { id: 'xhost-localuser', pattern: /xhost "?\+si:localuser:\S+/, text: 'Lets one user of this machine use the display. xhost -si:localuser:NAME takes it back.', source: XHOST },
  { id: 'xhost-local', pattern: /xhost "?\+local:/, text: 'Lets every user and program of this machine use the display: read the screen, and type into windows.', source: XHOST },
  { id: 'mitshm', pattern: /"?QT_X11_NO_MITSHM"?[=:] *"?1/, text: 'Keeps Qt from shared memory with the X server, which needs one IPC namespace for both; windows stay empty otherwise.', source: 'https://github.com/osrf/docker_images/issues/21' },
  { id: 'wayland', pattern: /"?WAYLAND_DISPLAY"?[=:] *"?\$?\{?\w*/, text: 'The Wayland socket of the host. Its owner and the user in the container must have the same number.', source: 'https://github.com/mviereck/x11docker' },
  { id: 'wslg', pattern: /\/mnt\/wslg(?=[:,])/, text: 'Sockets of WSLg: Wayland, and PulseAudio for sound.', source: WSLG },
  { id: 'pulse', pattern: /"?PULSE_SERVER"?[=:] *"?[\w/:.-]+/, text: 'The socket of the sound server, PulseAudio or PipeWire.', source: PULSE },
  { id: 'alsa', pattern: /\/dev\/snd\b/, text: 'The sound card itself: the sound server of the host cannot use it meanwhile.', source: PULSE },
  { id: 'camera', pattern: /\/dev\/video\d+/, text: 'A camera. The container does not start where it is missing.', source: DEVCONTAINER },
  { id: 'dri', pattern: /\/dev\/dri\b/, text: 'GPUs of Intel and AMD, for Mesa.', source: 'https://github.com/mviereck/x11docker' },
  { id: 'group-video', pattern: /--group-add[ =]video|^\s*- video$/, text: 'The group that may open the camera, for users other than root.', source: 'https://github.com/jellyfin/jellyfin.org/blob/master/docs/general/post-install/transcoding/hardware-acceleration/nvidia.md' },
  { id: 'keep-groups', pattern: /keep-groups/, text: 'Keeps your own groups in the container, so that what they may open can be opened. The runtime crun can do this, runc cannot.', source: 'https://github.com/containers/podman/issues/10166' },
  { id: 'shm-size', pattern: /--shm-size[ =]\w+|shm_size: *\w+/, text: 'Shared memory. Docker gives 64 MB, too little for data loaders with workers and for NCCL.', source: 'https://github.com/pytorch/pytorch/issues/5040' },
  { id: 'ipc-host', pattern: /--ipc[ =]host|^\s*ipc: host/, text: 'The shared memory of the host; the container sees that of all its processes. --shm-size has no effect beside it.', source: 'https://docs.docker.com/engine/containers/run/' },
  { id: 'memlock', pattern: /memlock[=:] *-1/, text: 'No limit on memory that is kept from being swapped out, which transfers to the GPU use.', source: 'https://github.com/NVIDIA/nvidia-docker/issues/1548' },
  { id: 'stack', pattern: /\bstack[=:] *67108864/, text: 'A stack of 64 MB, as NVIDIA asks for its framework images.', source: 'https://github.com/NVIDIA/nvidia-docker/issues/1548' },
  { id: 'label-disable', pattern: /label=disable/, text: 'Keeps SELinux from refusing the device nodes and files of the driver.', source: CDI },
  { id: 'keep-id', pattern: /keep-id/, text: 'The user in the container has the number of the local user, so that files that it makes belong to you.', source: 'https://docs.podman.io/en/v4.6.1/_sources/markdown/options/userns.container.md.txt' },
  { id: 'user', pattern: /(?:--user|-u)[ =]"?\$\(id -u\):\$\(id -g\)"?|user: \$\{UID\}:\$\{GID\}/, text: 'Files that the container makes belong to you, and not to root.', source: RUN },
  { id: 'remote-user', pattern: /"remoteUser": *"[^"]*"/, text: 'The user for terminals and extensions.', source: DEVCONTAINER },
  { id: 'update-uid', pattern: /"updateRemoteUserUID": *true/, text: 'Gives that user the number of the local one: files belong to you, and sockets of your session answer.', source: DEVCONTAINER },
  { id: 'initialize', pattern: /"initializeCommand"/, text: 'Runs on the host before each start.', source: DEVCONTAINER },
  { id: 'post-create', pattern: /"postCreateCommand"/, text: 'Runs once in the new container: here a test of its GPU and libraries, where one was generated.', source: DEVCONTAINER },
  { id: 'workspace-mount', pattern: /"workspaceMount"/, text: 'Where the folder that you opened stands in the container.', source: DEVCONTAINER },
  { id: 'forward-ports', pattern: /"forwardPorts"/, text: 'Ports that VS Code brings to this machine, for you alone.', source: DEVCONTAINER },
  { id: 'publish', pattern: /127\.0\.0\.1:\d+:\d+/, text: 'A port of the container, for this machine alone. Without 127.0.0.1 the network reaches it.', source: RUN },
  { id: 'network-host', pattern: /--network[ =]host|network_mode: host/, text: 'The network of the host: the display of an SSH session is a port there.', source: 'https://blog.yadutaf.fr/2017/09/10/running-a-graphical-app-in-a-docker-container-on-a-remote-server/' },
  { id: 'compose-count', pattern: /^\s*count: .+$/, text: 'How many GPUs. Newer engines give none to a request without a count.', source: 'https://github.com/docker/docs/issues/21026' },
  { id: 'compose-capabilities', pattern: /^\s*capabilities:/, text: 'Compose refuses a request without capabilities.', source: 'https://docs.docker.com/compose/how-tos/gpu-support/' },
  { id: 'pip-cache', pattern: /pip-cache:[\w/]+|source=pip-cache[^"]*/, text: 'Wheels that were downloaded stay when the container is made anew.', source: SERVICES },
  { id: 'apt-pins', pattern: /apt-mark hold/, text: 'Keeps a later apt-get upgrade from moving these packages to another CUDA.', source: 'https://docs.nvidia.com/deeplearning/tensorrt/latest/installing-tensorrt/installing.html' },
  { id: 'apt-lists', pattern: /rm -rf \/var\/lib\/apt\/lists\/\*/, text: 'The package lists are of no use in the image.', source: 'https://docs.docker.com/build/building/best-practices/' },
  { id: 'no-recommends', pattern: /--no-install-recommends/, text: 'Installs what is named and needed, nothing more.', source: 'https://docs.docker.com/build/building/best-practices/' },
  { id: 'pip-no-cache', pattern: /--no-cache-dir/, text: 'Keeps downloaded wheels out of the image.', source: 'https://pip.pypa.io/en/stable/cli/pip/' },
  { id: 'noninteractive', pattern: /DEBIAN_FRONTEND=noninteractive/, text: 'Keeps packages from asking questions that nobody answers during a build.', source: 'https://docs.docker.com/build/building/best-practices/' },
];

/** Explanations of the parts of a text that are known, in order: at most one a part, and each part where it first stands on a line. */
export function explainText(text: string): readonly Explanation[] {
  const found: Explanation[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    if (!/^\s*(?:#|\/\/)/.test(line)) {
      for (const { id, pattern, text: explanation, source } of ENTRIES) {
        const match = pattern.exec(line);
        if (match === null) continue;
        const from = start + match.index + (/^\s*/.exec(match[0])?.[0].length ?? 0);
        found.push({ id, range: { start: from, end: start + match.index + match[0].length }, text: explanation, source });
      }
    }
    start += line.length + 1;
  }
  return found.sort((a, b) => a.range.start - b.range.start);
}

/** The text with each explanation in a comment above the line of its part; each once. `mark` begins a comment. */
export function addComments(text: string, mark: '//' | '#'): string {
  const byLine = new Map<number, string[]>();
  const seen = new Set<string>();
  const lines = text.split('\n');
  for (const { id, range, text: explanation } of explainText(text)) {
    const line = startOfCommand(lines, countLines(text, range.start));
    // What has a comment of its own needs no other.
    if (seen.has(id) || lines[line - 1]?.trim().startsWith(`${mark} `) === true) continue;
    seen.add(id);
    byLine.set(line, [...(byLine.get(line) ?? []), explanation]);
  }
  return lines.flatMap((line, i) => [...(byLine.get(i) ?? []).map((comment) => `${/^\s*/.exec(line)?.[0] ?? ''}${mark} ${comment}`), line]).join('\n');
}

/** A comment cannot stand within a command that goes over several lines. */
function startOfCommand(lines: readonly string[], line: number): number {
  let at = line;
  while (at > 0 && lines[at - 1]?.endsWith('\\') === true) at--;
  return at;
}

function countLines(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length - 1;
}
