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
  /** What says nearly as much by its own name is explained under the pointer, and not in comments. */
  readonly quiet?: true;
}

const ROCKER = 'https://github.com/osrf/rocker/blob/master/src/rocker/nvidia_extension.py';
const XHOST = 'https://manpages.ubuntu.com/manpages/jammy/en/man1/xhost.1.html';
const NVIDIA = 'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html';
const CDI = 'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/cdi-support.html';
const DEVCONTAINER = 'https://github.com/devcontainers/spec/blob/main/docs/specs/devcontainerjson-reference.md';
const WSLG = 'https://github.com/microsoft/wslg/blob/main/samples/container/Containers.md';
const SERVICES = 'https://github.com/compose-spec/compose-spec/blob/main/05-services.md';
const RUN = 'https://docs.docker.com/reference/cli/docker/container/run/';
const DEPLOY = 'https://github.com/compose-spec/compose-spec/blob/main/deploy.md';
const COMPOSE_GPU = 'https://docs.docker.com/compose/how-tos/gpu-support/';
const GPU = 'https://docs.docker.com/engine/containers/gpu/';
const BASH = 'https://www.gnu.org/software/bash/manual/bash.html';
const DOCKERFILE = 'https://docs.docker.com/reference/dockerfile/';
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
  { id: 'cuda-device-order', pattern: /"?CUDA_DEVICE_ORDER"?[=:] *"?PCI_BUS_ID/, text: 'Has CUDA count GPUs as nvidia-smi does; by itself it begins with the fastest.', source: 'https://docs.nvidia.com/cuda/cuda-programming-guide/05-appendices/environment-variables.html' },
  { id: 'display', pattern: /"?\bDISPLAY"?[=:] *"?\$?\{?\w*/, text: 'The X display of the host. It changes with the session, so that it is never part of an image.', source: ROCKER },
  { id: 'x11-socket', pattern: /\/tmp\/\.X11-unix/, text: 'The socket by which programs reach the X server of the host.', source: ROCKER },
  { id: 'xauthority', pattern: /"?XAUTHORITY"?[=:] *"?[\w/.-]+/, text: 'The cookie that lets the container use the display, and nobody else.', source: ROCKER },
  { id: 'cookie-folder', pattern: /[\w/${}:]*\/\.cache\/trtc\/display/, text: 'The folder of the cookie file, and not the file: xauth writes it anew with each session, and a mounted file would stay the old one.', source: 'https://briefcase.readthedocs.io/en/latest/how-to/internal/x11passthrough.html' },
  { id: 'xauth', pattern: /xauth nlist .*nmerge -/, text: 'Copies the cookie of this display for any host name (ffff), for the container has a name of its own.', source: ROCKER },
  { id: 'xhost-localuser', pattern: /xhost "?\+si:localuser:\S+/, text: 'Lets one user of this machine use the display. xhost -si:localuser:NAME takes it back.', source: XHOST },
  { id: 'xhost-local', pattern: /xhost "?\+local:/, text: 'Lets every user and program of this machine use the display: read the screen, and type into windows.', source: XHOST },
  { id: 'mitshm', pattern: /"?QT_X11_NO_MITSHM"?[=:] *"?1/, text: 'Keeps Qt from shared memory with the X server, which needs one IPC namespace for both; windows stay empty otherwise.', source: 'https://github.com/osrf/docker_images/issues/21' },
  { id: 'wayland', pattern: /"?WAYLAND_DISPLAY"?[=:] *"?\$?\{?\w*/, text: 'The Wayland socket of the host. Its owner and the user in the container must have the same number.', source: 'https://github.com/mviereck/x11docker' },
  { id: 'wslg', pattern: /\/mnt\/wslg(?=[:,]|$)/, text: 'Sockets of WSLg: Wayland, and PulseAudio for sound.', source: WSLG },
  { id: 'pulse', pattern: /"?PULSE_SERVER"?[=:] *"?[\w/:.-]+|\/pulse\/native\b/, text: 'The socket of the sound server, PulseAudio or PipeWire.', source: PULSE },
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
  { id: 'strict-mount', pattern: /create_host_path: false|--mount "?type=bind/, text: 'Where its source is missing the container does not start. By -v an engine would make a folder of root in its place.', source: 'https://docs.docker.com/engine/storage/bind-mounts/' },
  { id: 'cache', pattern: /(?:pip|huggingface|torch|ccache)-cache:[\w/]+|source=(?:pip|huggingface|torch|ccache)-cache[^"]*/, text: 'What was downloaded or compiled stays when the container is made anew.', source: SERVICES },
  { id: 'cache-variable', pattern: /"?(?:PIP_CACHE_DIR|HF_HOME|TORCH_HOME|CCACHE_DIR)"?[=:] *"?[\w/.-]+/, text: 'Where the program keeps what it downloads or compiles: in the volume.', source: SERVICES },
  { id: 'session-folder', pattern: /"?XDG_RUNTIME_DIR"?[=:] *"?\/[\w/-]+/, text: 'The folder in which programs look for sockets of the session, such as that of Wayland.', source: 'https://specifications.freedesktop.org/basedir-spec/latest/' },
  { id: 'cookie-private', pattern: /chmod 700 "\$folder"|\(umask 077 .*\)/, text: 'The cookie is a secret: nobody else may read it.', source: XHOST },
  { id: 'container-image', pattern: /^\s*"?image"?(?=: )/, text: 'The image that the container is made of.', source: SERVICES, quiet: true },
  { id: 'build', pattern: /^\s*"?build"?(?=:)/, text: 'The image is built from a Dockerfile first.', source: SERVICES, quiet: true },
  { id: 'build-context', pattern: /^\s*"?context"?(?=:)/, text: 'The folder whose files the build can copy.', source: SERVICES, quiet: true },
  { id: 'build-target', pattern: /^\s*"?target"?(?=: "?[^\s"/])/, text: 'The stage of the Dockerfile that is run.', source: SERVICES },
  { id: 'build-args', pattern: /^\s*"?args"?(?=:)/, text: 'Values for ARG of the Dockerfile.', source: SERVICES, quiet: true },
  { id: 'terminal', pattern: /^\s*tty: true|^\s*-t$|--tty\b/, text: 'A terminal: a shell shows its prompt in it.', source: RUN },
  { id: 'input', pattern: /^\s*stdin_open: true|^\s*-i$|--interactive\b/, text: 'Keeps the input open, so that a shell waits for what you type.', source: RUN },
  { id: 'working-folder', pattern: /^\s*working_dir: \S+|^\s*-w \S+|--workdir[ =]\S+|"workspaceFolder"/, text: 'The folder in which programs and terminals start.', source: RUN },
  { id: 'workspace-volume', pattern: /^\s*- \.:\/\S+|-v "?\$\{PWD\}:[^\s"]+/, text: 'The folder of the project, shared with the container: what one side changes, the other sees.', source: RUN },
  { id: 'restart', pattern: /^\s*restart: [\w-]+|--restart[ =][\w-]+/, text: 'When the container is started again by itself. unless-stopped: always, but not once you stopped it.', source: RUN },
  { id: 'open-port', pattern: /^\s*- "?\d+:\d+"?$|--publish[ =]\d+:\d+| -p \d+:\d+/, text: 'A port of this machine, before the colon, leads to one of the container. The network reaches it, too.', source: RUN },
  { id: 'remove', pattern: /(?:^|\s)--rm\b/, text: 'Removes the container when it has ended.', source: RUN },
  { id: 'container-name', pattern: /^\s*container_name: \S+|--name[ =]\S+|^\s*"name"(?=: )/, text: 'A name to know it by.', source: RUN, quiet: true },
  { id: 'run-args', pattern: /"runArgs"/, text: 'Options of docker run.', source: DEVCONTAINER, quiet: true },
  { id: 'mounts', pattern: /"mounts"|^\s*volumes:$/, text: 'Folders, sockets and volumes that the container sees.', source: DEVCONTAINER, quiet: true },
  { id: 'container-env', pattern: /"containerEnv"|^\s*environment:$/, text: 'Variables for all that runs in the container. To change them it must be made anew.', source: DEVCONTAINER, quiet: true },
  { id: 'remote-env', pattern: /"remoteEnv"/, text: 'Variables for terminals and extensions alone. To change them the container need not be made anew.', source: DEVCONTAINER },
  { id: 'customizations', pattern: /"customizations"/, text: 'What VS Code sets up in the container.', source: DEVCONTAINER, quiet: true },
  { id: 'extensions', pattern: /"extensions"/, text: 'Extensions that VS Code installs in the container.', source: DEVCONTAINER, quiet: true },
  { id: 'editor-settings', pattern: /"settings"/, text: 'Settings of VS Code for this container.', source: DEVCONTAINER, quiet: true },
  { id: 'features', pattern: /"features"/, text: 'Programs that the dev container tools install on top of the image.', source: DEVCONTAINER },
  { id: 'compose-file', pattern: /"dockerComposeFile"/, text: 'The Compose file whose service is the dev container.', source: DEVCONTAINER, quiet: true },
  { id: 'compose-service', pattern: /"service"/, text: 'The service that is the dev container.', source: DEVCONTAINER, quiet: true },
  { id: 'override-command', pattern: /"overrideCommand": *true/, text: 'The container waits for you instead of running the command of its service.', source: DEVCONTAINER },
  { id: 'services', pattern: /^services:/, text: 'Containers that are started together.', source: SERVICES, quiet: true },
  { id: 'deploy', pattern: /^\s*(?:deploy|resources):$/, text: 'What is reserved for the container.', source: DEPLOY, quiet: true },
  { id: 'nvidia-driver', pattern: /^\s*- driver: nvidia/, text: 'GPUs of NVIDIA.', source: COMPOSE_GPU, quiet: true },
  { id: 'device-ids', pattern: /^\s*device_ids:/, text: 'GPUs by number or UUID, as nvidia-smi -L shows them.', source: COMPOSE_GPU },
  { id: 'ulimits', pattern: /^\s*ulimits:/, text: 'Limits for each process of the container.', source: SERVICES, quiet: true },
  { id: 'depends-on', pattern: /^\s*(?:depends_on:|condition: service_healthy)/, text: 'Starts only once the other service answers its check of health.', source: SERVICES },
  { id: 'healthcheck', pattern: /^\s*(?:healthcheck|interval|timeout|retries):/, text: 'Asks again and again whether the service answers.', source: SERVICES },
  { id: 'web-service', pattern: /^\s*(?:MODE|PORT|MODEL_NAME|MODEL_PATH|MODEL_SERVER_URL|MODEL_SERVER_GRPC):/, text: 'Tells the program of the service how to run: it must read this variable.', source: SERVICES },
  { id: 'model-volume', pattern: /^\s*- \.\/models\S*/, text: 'The models of this folder, for reading alone.', source: SERVICES },
  { id: 'stop-on-failure', pattern: /^set -\w+/, text: 'Ends the script where a command fails.', source: BASH, quiet: true },
  { id: 'script-folder', pattern: /^cd "\$\(dirname "\$0"\)"/, text: 'Paths count from the folder of the script, wherever it is started.', source: BASH },
  { id: 'if-terminal', pattern: /\[ -t 0 \]/, text: 'A terminal only where there is one: docker run refuses to start otherwise.', source: RUN },
  { id: 'if-gpu', pattern: /^if nvidia-smi -L/, text: 'Passes GPUs only where the host has some.', source: GPU },
  { id: 'run', pattern: /^exec (?:docker|podman) run/, text: 'Runs the container. What is written behind the name of the script is its command.', source: RUN },
  { id: 'apt-pins', pattern: /apt-mark hold/, text: 'Keeps a later apt-get upgrade from moving these packages to another CUDA.', source: 'https://docs.nvidia.com/deeplearning/tensorrt/latest/installing-tensorrt/installing.html' },
  { id: 'apt-lists', pattern: /rm -rf \/var\/lib\/apt\/lists\/\*/, text: 'The package lists are of no use in the image.', source: 'https://docs.docker.com/build/building/best-practices/' },
  { id: 'no-recommends', pattern: /--no-install-recommends/, text: 'Installs what is named and needed, nothing more.', source: 'https://docs.docker.com/build/building/best-practices/' },
  { id: 'pip-no-cache', pattern: /--no-cache-dir/, text: 'Keeps downloaded wheels out of the image.', source: 'https://pip.pypa.io/en/stable/cli/pip/' },
  { id: 'nvinfer-pin', pattern: /\blib\w*nv(?:infer|onnxparsers|parsers)[\w-]*=\S+/, text: 'Pinned with the CUDA that it was built for: packages of TensorRT fit together in one build alone.', source: 'https://docs.nvidia.com/deeplearning/tensorrt/latest/installing-tensorrt/installing.html' },
  { id: 'apt-mirror', pattern: /^ARG APT_MIRROR=\S+/, text: 'What stands for the archive of Ubuntu; --build-arg names another one.', source: DOCKERFILE },
  { id: 'pip-mirror', pattern: /^ENV PIP_INDEX_URL=\S+/, text: 'Where pip takes packages from.', source: 'https://pip.pypa.io/en/stable/topics/configuration/' },
  { id: 'time-zone', pattern: /^ENV TZ=\S+/, text: 'The time zone of programs in the container.', source: DOCKERFILE, quiet: true },
  { id: 'user-number', pattern: /^RUN if old=\$\(getent passwd .*fi/, text: 'A user of the image that has the number already makes room: Ubuntu 24.04 has one with 1000.', source: 'https://github.com/devcontainers/images/issues/1056' },
  { id: 'without-root', pattern: /^USER \w+/, text: 'From here on programs run without the rights of root.', source: 'https://docs.docker.com/build/building/best-practices/' },
  { id: 'archive', pattern: /^ADD TensorRT-\S+/, text: 'ADD unpacks the archive on its way into the image.', source: DOCKERFILE },
  { id: 'archive-libraries', pattern: /^ENV LD_LIBRARY_PATH=\/opt\/TensorRT\S+/, text: 'Programs find the libraries of the archive by it.', source: 'https://docs.nvidia.com/deeplearning/tensorrt/latest/installing-tensorrt/installing.html' },
  { id: 'stage', pattern: /^FROM \S+ AS \S+/, text: 'A stage: docker build --target builds it alone, and what it needs.', source: 'https://docs.docker.com/build/building/multi-stage/', quiet: true },
  { id: 'noninteractive', pattern: /DEBIAN_FRONTEND=noninteractive/, text: 'Keeps packages from asking questions that nobody answers during a build.', source: 'https://docs.docker.com/build/building/best-practices/' },
];

const QUIET = new Set(ENTRIES.flatMap(({ id, quiet }) => (quiet === true ? [id] : [])));

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
    if (seen.has(id) || QUIET.has(id) || lines[line - 1]?.trim().startsWith(`${mark} `) === true) continue;
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
