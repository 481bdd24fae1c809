import type { Audio, Choices, Display } from './choices';
import type { Engine } from './model';

/** What was found on this machine; null where it could not be asked. */
export interface Machine {
  readonly wslg: boolean;
  /** DISPLAY and WAYLAND_DISPLAY; empty where not set. */
  readonly display: string;
  readonly waylandDisplay: string;
  /** In a session of SSH. */
  readonly ssh: boolean;
  /** Device nodes: `/dev/video0`. */
  readonly cameras: readonly string[];
  readonly soundServer: boolean;
  /** The driver of NVIDIA is loaded. */
  readonly gpu: boolean;
  /** Programs of engines that are here. */
  readonly engines: readonly ('docker' | 'podman')[];
}

/** The display that suits a machine, if one is wanted; through the X server where there is one, which Wayland brings too. */
export function suggestDisplay({ wslg, display, waylandDisplay, ssh }: Machine): Exclude<Display, 'none'> {
  if (wslg) return 'wslg';
  if (ssh && /^[^:/]+:/.test(display)) return 'ssh';
  return display === '' && waylandDisplay !== '' ? 'wayland' : 'x11';
}

/** The engine that is here: Docker before Podman. */
export function suggestEngine({ engines }: Machine): Engine {
  return engines.includes('docker') || !engines.includes('podman') ? 'docker' : 'podman';
}

/** Sound by the server of the session, where there is one. */
export function suggestAudio({ soundServer }: Machine): Audio {
  return soundServer ? 'pulse' : 'none';
}

/** Changes of choices that a person ticks, by name: each is a part of what is asked for. */
export type Extra = 'camera' | 'audio' | 'sharedMemory' | 'memlock' | 'ipcHost' | 'video' | 'pipCache' | 'modelCache' | 'python' | 'cpp' | 'cuda' | 'jupyter';

/** Choices with what was ticked. Where no cameras were found, the usual node of one is taken. */
export function withExtras(choices: Choices, extras: readonly Extra[], cameras: readonly string[]): Choices {
  const has = (extra: Extra): boolean => extras.includes(extra);
  return {
    ...choices,
    ...(has('camera') && { cameras: cameras.length === 0 ? ['/dev/video0'] : cameras }),
    ...(has('audio') && { audio: 'pulse' as const }),
    ...(has('sharedMemory') && { shmSize: '8g' }),
    ...(has('memlock') && { ulimits: ['memlock=-1', 'stack=67108864'] }),
    ipcHost: has('ipcHost'),
    ...(has('video') && { capabilities: ['video'] }),
    caches: [...(has('pipCache') ? ['pip' as const] : []), ...(has('modelCache') ? ['huggingface' as const, 'torch' as const] : [])],
    languages: [...(has('python') ? ['python' as const] : []), ...(has('cpp') ? ['cpp' as const] : []), ...(has('cuda') ? ['cuda' as const] : [])],
    ...(has('jupyter') && { ports: [8888] }),
  };
}
