import { frameworkImagesOf } from '../core/facts/framework-images';
import { ngcReleases } from '../core/facts/ngc-images';
import { createService, writeCompose, type ComposeConfig, type ComposeGpuSyntax } from './compose';
import type { Json } from './json';
import { COMPOSE_FILES } from './generate';
import { mergeCompose } from './merge-compose';
import { note, type GpuRequest, type Note, type Output, type RunPlan } from './model';
import type { Merged } from './write-devcontainer';

/** Who runs the model: the web service itself, or a server beside it. */
export type ServingMode = 'single' | 'tfserving' | 'triton';

/** A web service with its model. */
export interface ServingOptions {
  readonly mode: ServingMode;
  /** Image of the web service; undefined builds it from the folder. */
  readonly webImage?: string;
  /** Port on which the web service answers. */
  readonly port: number;
  /** Name of the model, and of its folder below `models`. */
  readonly model: string;
  /** Folders of the host that the web service gets: its configuration, which it may only read, and where it writes its logs. */
  readonly configFolder?: string;
  readonly logFolder?: string;
  /** Tag of the server's image; by default the newest that the tables know. */
  readonly serverTag?: string;
  readonly gpus: GpuRequest['which'];
  readonly gpuSyntax?: ComposeGpuSyntax;
}

/** Ports: of TensorFlow Serving (https://www.tensorflow.org/tfx/serving/docker) and of Triton (https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/getting_started/quickstart.html), both checked 2026-11-20. */
const SERVERS = {
  tfserving: { image: 'tensorflow/serving', service: 'serving', rest: 8501, grpc: 8500 },
  triton: { image: 'nvcr.io/nvidia/tritonserver', service: 'triton', rest: 8000, grpc: 8001 },
} as const;

/** Where the daemon hands out GPUs unasked, a framework of the web service would take the memory that the model server needs. */
const NO_GPU = 'CUDA_VISIBLE_DEVICES=-1';

/** A Compose file, at a path below the workspace, with the web service and, unless it runs the model itself, the model server. */
export function generateServing(options: ServingOptions, path: string = COMPOSE_FILES[0]): Output {
  const notes: Note[] = [];
  const config = configure(options, notes);
  for (const folder of [options.configFolder, options.logFolder].map((given) => given && toPath(given))) if (folder !== undefined) notes.push(note('Make the folder {folder} first: Docker makes a missing one for root.', { folder }));
  return { files: [{ path, text: writeCompose(config), executable: false }], notes };
}

/** Adds the services to a Compose file that exists. */
export function mergeServing(options: ServingOptions): (path: string, text: string) => Merged | undefined {
  return (_, text) => mergeCompose(text, configure(options, []));
}

function configure(options: ServingOptions, notes: Note[]): ComposeConfig {
  const { mode } = options;
  return mode === 'single' ? single(options) : pair(options, mode, notes);
}

function single(options: ServingOptions): ComposeConfig {
  const { model, gpus, gpuSyntax } = options;
  const web = createService(webPlan(options, { which: gpus, capabilities: [], optional: false, through: 'gpus' }, [`MODEL_PATH=/models/${model}`], [`./models/${model}:/models/${model}:ro`]), { ...(gpuSyntax && { gpuSyntax }) });
  return { services: { web: web.service }, volumes: [] };
}

function pair(options: ServingOptions, mode: 'tfserving' | 'triton', notes: Note[]): ComposeConfig {
  const { gpus, gpuSyntax, model } = options;
  const { image, service, rest, grpc } = SERVERS[mode];
  const tag = options.serverTag ?? newestTag(mode);
  if (tag === undefined) notes.push(note('No tag of {image} is known: name one.', { image }));
  const web = createService(webPlan(options, undefined, [`MODEL_NAME=${model}`, `MODEL_SERVER_URL=http://${service}:${rest}`, `MODEL_SERVER_GRPC=${service}:${grpc}`, NO_GPU], []));
  const server = createService(
    {
      image: tag === undefined ? image : `${image}:${tag}`,
      build: undefined,
      gpus: { which: gpus, capabilities: [], optional: false, through: 'gpus' },
      settings: [
        ...(mode === 'tfserving' ? [{ option: '--env', value: `MODEL_NAME=${model}` }, { option: '--volume', value: `./models/${model}:/models/${model}:ro` }] : [{ option: '--volume', value: './models:/models:ro' }, { option: '--shm-size', value: '1g' }]),
        { option: '--restart', value: 'unless-stopped' },
      ],
      command: mode === 'triton' ? ['tritonserver', '--model-repository=/models'] : [],
    },
    { ...(gpuSyntax && { gpuSyntax }) },
  );
  // The port opens once the server answers; bash needs no further program for that.
  const healthcheck: Json = { test: ['CMD', 'bash', '-c', `</dev/tcp/localhost/${rest}`], interval: '10s', timeout: '5s', retries: 30 };
  notes.push(note('The model server is reached by the web service alone: publish its ports {rest} and {grpc} to reach it from elsewhere.', { rest: String(rest), grpc: String(grpc) }));
  return {
    services: {
      web: { ...web.service, depends_on: { [service]: { condition: 'service_healthy' } } },
      [service]: { ...server.service, healthcheck },
    },
    volumes: [],
  };
}

function webPlan({ webImage, port, mode, configFolder, logFolder }: ServingOptions, gpus: GpuRequest | undefined, variables: readonly string[], volumes: readonly string[]): RunPlan {
  return {
    image: webImage,
    build: webImage === undefined ? { context: '.', dockerfile: undefined, target: undefined, args: [] } : undefined,
    gpus,
    settings: [
      { option: '--restart', value: 'unless-stopped' },
      { option: '--publish', value: `${port}:${port}` },
      ...[`MODE=${mode}`, `PORT=${port}`, ...variables, ...(configFolder === undefined ? [] : ['CONFIG_PATH=/config']), ...(logFolder === undefined ? [] : ['LOG_PATH=/logs'])].map((value) => ({ option: '--env', value })),
      ...[...volumes, ...(configFolder === undefined ? [] : [`${toPath(configFolder)}:/config:ro`]), ...(logFolder === undefined ? [] : [`${toPath(logFolder)}:/logs`])].map((value) => ({ option: '--volume', value })),
    ],
    command: [],
  };
}

/** A folder as Compose tells it from the name of a volume. */
function toPath(folder: string): string {
  return /^(?:[./~$]|[a-z]:[\\/])/i.test(folder) ? folder : `./${folder}`;
}

/** The newest release in the tables; of TensorFlow Serving with a GPU. */
function newestTag(mode: 'tfserving' | 'triton'): string | undefined {
  if (mode === 'triton') {
    const release = ngcReleases(SERVERS.triton.image).findLast(({ tags }) => tags.includes('py3'))?.release;
    return release === undefined ? undefined : `${release}-py3`;
  }
  return frameworkImagesOf(SERVERS.tfserving.image).findLast(({ tag }) => /^[\d.]+-gpu$/.test(tag))?.tag;
}
