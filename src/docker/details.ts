import { clientOf, type CallOptions, type Engine } from './connect';
import { readGpuAccess, type GpuEvidence } from './gpu-access';
import { cutLabels, cutText } from './labels';
import type { ContainerDetails, ImageDetails } from './model';

/** Of the environment so many characters are kept, and so many of each variable. */
const LONGEST_ENVIRONMENT = 64_000;
const LONGEST_VARIABLE = 8_000;

interface ContainerAnswer extends GpuEvidence {
  readonly Id: string;
  readonly Config?: { readonly Env?: readonly string[] | null; readonly User?: string; readonly Tty?: boolean } | null;
  readonly HostConfig?: (GpuEvidence['HostConfig'] & { readonly Privileged?: boolean }) | null;
}

interface ImageAnswer {
  readonly Id: string;
  readonly Os?: string;
  readonly Architecture?: string;
  readonly Config?: {
    readonly Env?: readonly string[] | null;
    readonly Labels?: Readonly<Record<string, string>> | null;
    readonly User?: string;
    readonly Entrypoint?: readonly string[] | string | null;
    readonly Cmd?: readonly string[] | string | null;
    readonly ExposedPorts?: Readonly<Record<string, unknown>> | null;
  } | null;
  readonly RootFS?: { readonly Layers?: readonly string[] | null } | null;
}

/** dockerode's types know the signal for containers only. */
interface Inspectable {
  inspect(options: CallOptions): Promise<unknown>;
}

/** How a container gets its GPU, and what else never changes in its life: one call. `id` may be a name. */
export async function inspectContainer(engine: Engine, id: string, signal?: AbortSignal): Promise<ContainerDetails> {
  const answer = (await inspectRaw(engine, 'container', id, signal)) as ContainerAnswer;
  return {
    id: answer.Id,
    gpu: readGpuAccess(answer),
    environment: cutEnvironment(answer.Config?.Env),
    user: answer.Config?.User ?? '',
    privileged: answer.HostConfig?.Privileged === true,
  };
}

/** What an image was built to be: one call. `id` may be a reference. */
export async function inspectImage(engine: Engine, id: string, signal?: AbortSignal): Promise<ImageDetails> {
  const answer = (await inspectRaw(engine, 'image', id, signal)) as ImageAnswer;
  const config = answer.Config ?? {};
  return {
    id: answer.Id,
    os: answer.Os ?? '',
    architecture: answer.Architecture ?? '',
    environment: cutEnvironment(config.Env),
    labels: cutLabels(config.Labels ?? {}),
    user: config.User ?? '',
    entrypoint: words(config.Entrypoint),
    command: words(config.Cmd),
    exposedPorts: Object.keys(config.ExposedPorts ?? {}),
    layers: answer.RootFS?.Layers ?? [],
  };
}

/** The engine's own answer, for showing as it is. */
export async function inspectRaw(engine: Engine, kind: 'container' | 'image', id: string, signal?: AbortSignal): Promise<unknown> {
  const docker = clientOf(engine);
  const object = kind === 'container' ? docker.getContainer(id) : docker.getImage(id);
  return (object as unknown as Inspectable).inspect({ abortSignal: signal });
}

function cutEnvironment(environment: readonly string[] | null | undefined): readonly string[] {
  let room = LONGEST_ENVIRONMENT;
  return (environment ?? []).map((entry) => cutText(entry, LONGEST_VARIABLE)).filter((entry) => (room -= entry.length) >= 0);
}

function words(value: readonly string[] | string | null | undefined): readonly string[] {
  return typeof value === 'string' ? [value] : (value ?? []);
}
