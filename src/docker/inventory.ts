import type { Engine } from './connect';
import { clientOf } from './connect';
import { askForDisk } from './disk-answer';
import { cutLabels, cutText } from './labels';
import type { ContainerState, ContainerSummary, ImageSummary, PublishedPort } from './model';

/** A container may publish all 65,535 ports; so many are kept. */
const MOST_PORTS = 100;

/** Of the names that Compose gives, in characters. */
const LONGEST_NAME = 200;

/** Fields of a row of `GET /containers/json`; any may be missing in an answer of Podman's. */
export interface ContainerRow {
  readonly Id: string;
  readonly Names?: readonly string[] | null;
  readonly Image?: string;
  readonly ImageID?: string;
  readonly State?: string;
  readonly Status?: string;
  readonly Created?: number;
  readonly Ports?: readonly { readonly IP?: string; readonly PrivatePort: number; readonly PublicPort?: number; readonly Type?: string }[] | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

/** Fields of a row of `GET /images/json`. */
export interface ImageRow {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly Created?: number;
  readonly Size?: number;
  readonly SharedSize?: number;
  readonly Containers?: number;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

/** All containers, running or not, newest first: one call. */
export async function listContainers(engine: Engine, signal?: AbortSignal): Promise<readonly ContainerSummary[]> {
  const rows = (await clientOf(engine).listContainers({ all: true, ...(signal && { abortSignal: signal }) })) as readonly ContainerRow[];
  return rows.map(readContainer);
}

/**
 * All images but intermediate ones: one call. With `shared` the engine also works out what images share, which costs it
 * a walk over its layers.
 */
export async function listImages(engine: Engine, { shared = false }: { readonly shared?: boolean } = {}, signal?: AbortSignal): Promise<readonly ImageSummary[]> {
  const options = { ...(shared && { 'shared-size': true }), ...(signal && { abortSignal: signal }) };
  const images = ((await clientOf(engine).listImages(options)) as readonly ImageRow[]).map(readImage);
  if (!shared || images.every(({ sharedBytes }) => sharedBytes !== null)) return images;
  // Engines before API 1.42 tell it in their account of disk usage only.
  const listed = (await askForDisk(engine, signal)).images.map(readImage);
  return listed.length > 0 ? listed : images;
}

export function readContainer(row: ContainerRow): ContainerSummary {
  const labels = row.Labels ?? {};
  const status = row.Status ?? '';
  const [project, service] = [labels['com.docker.compose.project'], labels['com.docker.compose.service']];
  return {
    id: row.Id,
    name: (row.Names?.[0] ?? row.Id.slice(0, 12)).replace(/^\//, ''),
    image: row.Image ?? '',
    imageId: row.ImageID ?? '',
    state: readState(row.State ?? ''),
    status,
    health: readHealth(status),
    createdSeconds: row.Created ?? 0,
    ports: row.Ports?.slice(0, MOST_PORTS).map(readPort) ?? [],
    labels: cutLabels(labels),
    compose: project !== undefined && service !== undefined ? { project: cutText(project, LONGEST_NAME), service: cutText(service, LONGEST_NAME) } : null,
  };
}

/** Podman has more words for a state than Docker. */
function readState(state: string): ContainerState {
  switch (state) {
    case 'created':
    case 'running':
    case 'paused':
    case 'restarting':
    case 'removing':
    case 'exited':
    case 'dead':
      return state;
    case 'configured':
    case 'initialized':
      return 'created';
    default:
      return 'exited';
  }
}

/** The list tells health in brackets behind the state only: `Up 3 minutes (healthy)`, `Up 1 second (health: starting)`. */
function readHealth(status: string): ContainerSummary['health'] {
  const word = /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(status)?.[1];
  return word === 'healthy' || word === 'unhealthy' || word === 'starting' ? word : null;
}

function readPort(port: NonNullable<ContainerRow['Ports']>[number]): PublishedPort {
  const published = port.PublicPort !== undefined && port.PublicPort !== 0;
  return {
    containerPort: port.PrivatePort,
    protocol: port.Type ?? 'tcp',
    hostPort: published ? (port.PublicPort ?? null) : null,
    hostAddress: published && port.IP !== undefined && port.IP !== '' ? port.IP : null,
  };
}

export function readImage(row: ImageRow): ImageSummary {
  // Old engines write the tag of a dangling image so.
  const tags = (row.RepoTags ?? []).filter((tag) => tag !== '<none>:<none>');
  const digests = (row.RepoDigests ?? []).filter((digest) => digest !== '<none>@<none>');
  return {
    id: row.Id.includes(':') ? row.Id : `sha256:${row.Id}`,
    tags,
    digests,
    createdSeconds: row.Created ?? 0,
    sizeBytes: row.Size ?? 0,
    // -1: not worked out.
    sharedBytes: row.SharedSize === undefined || row.SharedSize < 0 ? null : row.SharedSize,
    containers: row.Containers === undefined || row.Containers < 0 ? null : row.Containers,
    labels: cutLabels(row.Labels ?? {}),
    dangling: tags.length === 0,
  };
}
