// What a user does to containers and images, one call each.
import { clientOf, type Engine } from './connect';
import { readCredentials, registryAuth } from './credentials';
import { toDockerError } from './errors';
import { registryOf, splitReference } from './references';
import { followTransfer, type TransferProgress } from './streams';

/** Starts a container; one that runs already is no error. */
export async function startContainer(engine: Engine, id: string, signal?: AbortSignal): Promise<void> {
  await clientOf(engine).getContainer(id).start(abortable(signal));
}

/** Asks a container to stop; after `graceSeconds` (10 by default) the engine kills it. One that is stopped is no error. */
export async function stopContainer(engine: Engine, id: string, { graceSeconds, signal }: { readonly graceSeconds?: number; readonly signal?: AbortSignal } = {}): Promise<void> {
  await clientOf(engine).getContainer(id).stop({ ...(graceSeconds !== undefined && { t: graceSeconds }), ...abortable(signal) });
}

/** Stops and starts a container. */
export async function restartContainer(engine: Engine, id: string, { graceSeconds, signal }: { readonly graceSeconds?: number; readonly signal?: AbortSignal } = {}): Promise<void> {
  await clientOf(engine).getContainer(id).restart({ ...(graceSeconds !== undefined && { t: graceSeconds }), ...abortable(signal) });
}

/** Removes a container: with `force` a running one too, with `volumes` its nameless volumes as well. */
export async function removeContainer(
  engine: Engine,
  id: string,
  { force = false, volumes = false, signal }: { readonly force?: boolean; readonly volumes?: boolean; readonly signal?: AbortSignal } = {},
): Promise<void> {
  await clientOf(engine).getContainer(id).remove({ force, v: volumes, ...abortable(signal) });
}

export interface CommitOptions {
  /** Of the new image; without it the image has no name. */
  readonly repository?: string;
  readonly tag?: string;
  readonly comment?: string;
  /** Whether the container pauses meanwhile, so that its files are of one moment; true by default. */
  readonly pause?: boolean;
  readonly signal?: AbortSignal;
}

/** Makes an image of a container's files. Gives its id. */
export async function commitContainer(engine: Engine, id: string, { repository, tag, comment, pause = true, signal }: CommitOptions = {}): Promise<string> {
  const answer = (await clientOf(engine)
    .getContainer(id)
    .commit({ _query: { container: id, repo: repository, tag, comment, pause }, _body: {}, ...abortable(signal) } as object)) as { readonly Id: string };
  return answer.Id;
}

/** Gives a container another name. */
export async function renameContainer(engine: Engine, id: string, name: string, signal?: AbortSignal): Promise<void> {
  await clientOf(engine).getContainer(id).rename({ name, ...abortable(signal) });
}

/** Removes a tag, and the image with its last one. With `force` also one that a stopped container uses or that has several tags. */
export async function removeImage(engine: Engine, reference: string, { force = false, signal }: { readonly force?: boolean; readonly signal?: AbortSignal } = {}): Promise<void> {
  await clientOf(engine).getImage(reference).remove({ force, ...abortable(signal) });
}

/** Gives an image another name: `reference` is `repository:tag`, `latest` where it has no tag. */
export async function tagImage(engine: Engine, id: string, reference: string, signal?: AbortSignal): Promise<void> {
  const { repository, tag } = splitReference(reference);
  await clientOf(engine).getImage(id).tag({ repo: repository, tag: tag ?? 'latest', ...abortable(signal) });
}

/** One line of `docker history`, the newest first. */
export interface HistoryEntry {
  /** Null where the layer came from elsewhere. */
  readonly id: string | null;
  readonly createdSeconds: number;
  readonly createdBy: string;
  readonly sizeBytes: number;
  readonly tags: readonly string[];
  readonly comment: string;
}

/** The layers of an image and what made them: one call. */
export async function imageHistory(engine: Engine, id: string): Promise<readonly HistoryEntry[]> {
  const rows = (await clientOf(engine).getImage(id).history()) as readonly {
    readonly Id?: string;
    readonly Created?: number;
    readonly CreatedBy?: string;
    readonly Size?: number;
    readonly Tags?: readonly string[] | null;
    readonly Comment?: string;
  }[];
  return rows.map((row) => ({
    id: row.Id === undefined || row.Id === '<missing>' || row.Id === '' ? null : row.Id,
    createdSeconds: row.Created ?? 0,
    createdBy: row.CreatedBy ?? '',
    sizeBytes: row.Size ?? 0,
    tags: row.Tags ?? [],
    comment: row.Comment ?? '',
  }));
}

/** Pulls an image, `latest` where the reference has no tag, with the docker command line's credentials. */
export async function pullImage(
  engine: Engine,
  reference: string,
  onProgress: (progress: TransferProgress) => void,
  { platform, env = process.env, signal }: { readonly platform?: string; readonly env?: NodeJS.ProcessEnv; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { repository, tag, digest } = splitReference(reference);
  const base64 = registryAuth(await readCredentials(registryOf(reference), env, signal));
  await transfer(engine, onProgress, () =>
    clientOf(engine).createImage({ base64 }, { _query: { fromImage: repository, tag: digest ?? tag ?? 'latest', platform }, ...abortable(signal) }),
  );
}

/** Pushes a tag with the docker command line's credentials. */
export async function pushImage(
  engine: Engine,
  reference: string,
  onProgress: (progress: TransferProgress) => void,
  { env = process.env, signal }: { readonly env?: NodeJS.ProcessEnv; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { repository, tag } = splitReference(reference);
  const base64 = registryAuth(await readCredentials(registryOf(reference), env, signal));
  await transfer(engine, onProgress, () =>
    clientOf(engine)
      .getImage(repository)
      .push({ tag: tag ?? 'latest', authconfig: { base64 } as never, ...abortable(signal) }),
  );
}

async function transfer(engine: Engine, onProgress: (progress: TransferProgress) => void, start: () => Promise<NodeJS.ReadableStream>): Promise<void> {
  try {
    await followTransfer((await start()) as AsyncIterable<Buffer>, onProgress);
  } catch (error) {
    throw toDockerError(error, engine.address);
  }
}

function abortable(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
