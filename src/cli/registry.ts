import { formatText, msg, type Text } from '../core/l10n/message';
import {
  collectRegistryGarbage,
  deleteTag,
  describeTag,
  DockerError,
  isInsecureRefusal,
  listLocalRegistries,
  listRepositories,
  listTags,
  openRegistry,
  pushImage,
  removeRegistry,
  startRegistry,
  tagImage,
  type LocalRegistry,
  type Registry,
  type TransferProgress,
} from '../docker';
import { describeProblem, formatBytes, formatTable, withEngine, type EngineArguments } from './engine';
import { Failure } from './failure';
import { say } from './language';
import { makeVisible } from './visible';

/** Options of `trtc registry …`. */
export interface RegistryArguments extends EngineArguments {
  readonly json?: boolean;
  readonly image?: string;
  readonly name?: string;
  readonly port?: number;
  readonly data?: string;
  /** Plain HTTP is tried too. */
  readonly insecure?: boolean;
  /** Other tags of the same image may go as well. */
  readonly withOthers?: boolean;
}

/** `trtc registry start`: starts a registry in a container, and says how to push to it. */
export async function start(options: RegistryArguments): Promise<void> {
  const registry = await withEngine(options, (engine, signal) =>
    startRegistry(
      engine,
      {
        ...(options.image !== undefined && { image: options.image }),
        ...(options.name !== undefined && { name: options.name }),
        ...(options.port !== undefined && { port: options.port }),
        ...(options.data !== undefined && { dataFolder: options.data }),
      },
      { signal, onPull: showProgress() },
    ),
  );
  process.stdout.write(options.json === true ? `${JSON.stringify(registry, undefined, 2)}\n` : `${say(msg`${registry.name} answers at ${registry.host}`)}\n${say(msg`push to it: trtc registry push IMAGE ${registry.host}/NAME:TAG`)}\n`);
}

/** `trtc registry stop`: removes its container; the data stay. */
export async function stop(options: RegistryArguments): Promise<void> {
  await withEngine(options, async (engine, signal) => {
    const registry = findRegistry(await listLocalRegistries(engine, signal), options.name);
    await removeRegistry(engine, registry, signal);
    tell(msg`${registry.name} removed; its data stay`);
  });
}

/** `trtc registry clean`: frees the space of deleted tags. */
export async function clean(options: RegistryArguments): Promise<void> {
  await withEngine(options, async (engine, signal) => {
    const registry = findRegistry(await listLocalRegistries(engine, signal), options.name);
    const words = await collectRegistryGarbage(engine, registry, signal);
    const count = words.split('\n').filter((line) => /eligible for deletion:/.test(line)).length;
    tell(msg`${registry.name}: ${count} blobs and manifests deleted`);
  });
}

function findRegistry(registries: readonly LocalRegistry[], name: string | undefined): LocalRegistry {
  const found = name === undefined ? registries[0] : registries.find((registry) => registry.name === name);
  if (found === undefined) throw new Failure(msg`no registry of trtc here; \`trtc registry start\` starts one`);
  return found;
}

/** `trtc registry list`: repositories of a registry, or tags of a repository. */
export async function list(target: string, options: RegistryArguments): Promise<void> {
  const { host, repository } = splitTarget(target);
  await withRegistry(host, options, async (registry, signal) => {
    if (repository === '') {
      const repositories = await listRepositories(registry, signal);
      process.stdout.write(options.json === true ? `${JSON.stringify(repositories, undefined, 2)}\n` : repositories.map((name) => `${makeVisible(name)}\n`).join(''));
      return;
    }
    const tags = [];
    for (const tag of await listTags(registry, repository, signal)) {
      const described = await describeTag(registry, repository, tag, signal);
      if (described !== null) tags.push(described);
    }
    const rows = tags.map(({ tag, digest, sizeBytes, platforms }) => [tag, sizeBytes === null ? '' : formatBytes(sizeBytes), digest, platforms.join(', ')].map(makeVisible));
    process.stdout.write(options.json === true ? `${JSON.stringify(tags, undefined, 2)}\n` : formatTable(rows, ''));
  });
}

/** `trtc registry delete`: deletes a tag. Exit status 1 where it is not there, or others would go with it. */
export async function remove(reference: string, options: RegistryArguments): Promise<void> {
  const { host, repository, tag } = splitTarget(reference);
  if (repository === '' || tag === undefined) throw new Failure(msg`${reference}: not REGISTRY/NAME:TAG`);
  await withRegistry(host, options, async (registry, signal) => {
    const deleted = await deleteTag(registry, repository, tag, { withOthers: options.withOthers === true, signal });
    if (deleted.outcome !== 'deleted') process.exitCode = 1;
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify(deleted, undefined, 2)}\n`);
      return;
    }
    if (deleted.outcome === 'not-found') tell(msg`${reference} is not there`);
    else if (deleted.outcome === 'shared') tell(msg`kept: the same image also has the tags ${makeVisible(deleted.otherTags.join(', '))}, which would go with it; --with-others deletes them all`);
    else tell(deleted.alsoDeleted.length === 0 ? msg`${reference} deleted` : msg`${reference} deleted, and with it ${makeVisible(deleted.alsoDeleted.join(', '))}`);
  });
}

/** `trtc registry push`: gives an image a name and pushes it. */
export async function push(image: string, reference: string, options: RegistryArguments): Promise<void> {
  await withEngine(options, async (engine, signal) => {
    await tagImage(engine, image, reference, signal);
    try {
      await pushImage(engine, reference, showProgress(), { signal });
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      const words = describeProblem(error.problem);
      throw new Failure(isInsecureRefusal(formatText(words)) ? msg`${words}\n${explainInsecure(reference.split('/', 1)[0] ?? '')}` : words);
    }
    tell(msg`${reference} pushed`);
  });
}

/** Why an engine does not push to a registry without TLS, and what would let it. */
export function explainInsecure(host: string): Text {
  return [
    msg`The engine talks plain HTTP only to registries on its own machine (localhost, 127.0.0.0/8) and to those that its settings name.`,
    msg`Either give ${host} a certificate, or add to /etc/docker/daemon.json on the engine's machine, and restart the engine:`,
    `  { "insecure-registries": ["${host}"] }`,
    msg`Images and passwords then travel unencrypted.`,
  ].reduce<Text>((all, line) => (all === '' ? line : msg`${all}\n${line}`), '');
}

/** A line of the output. */
function tell(text: Text): void {
  process.stdout.write(`${say(text)}\n`);
}

async function withRegistry(host: string, { insecure }: RegistryArguments, task: (registry: Registry, signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once('SIGINT', onInterrupt);
  try {
    await task(await openRegistry(host, { signal: stop.signal, ...(insecure !== undefined && { insecure }) }), stop.signal);
  } catch (error) {
    if (error instanceof DockerError) throw new Failure(describeProblem(error.problem));
    throw error;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

/** `localhost:5000/team/name:tag` in its parts; the first is always the registry. */
function splitTarget(target: string): { readonly host: string; readonly repository: string; readonly tag: string | undefined } {
  const slash = target.indexOf('/');
  if (slash < 0) return { host: target, repository: '', tag: undefined };
  const [repository = '', tag] = target.slice(slash + 1).split(':');
  return { host: target.slice(0, slash), repository, tag };
}

/** One line a layer and state: a terminal gets no more than it can show. */
function showProgress(): (progress: TransferProgress) => void {
  const shown = new Map<string, string>();
  return ({ layer, text }) => {
    if (layer === null || shown.get(layer) === text) return;
    shown.set(layer, text);
    process.stderr.write(`${makeVisible(layer)} ${makeVisible(text)}\n`);
  };
}
