import { msg, type Text } from '../core/l10n/message';
import { connect, disconnect, DockerError, listAddresses, type DockerProblem, type Engine, type EngineAddress } from '../docker';
import { Failure } from './failure';
import { pad, widthOf } from './terminal';
import { makeTextVisible, makeVisible } from './visible';

/** Options of the commands that talk to a Docker engine. */
export interface EngineArguments {
  /** A docker context, or the address of an engine; by default the one that docker talks to. */
  readonly context?: string;
}

/** Every engine that is known here: docker's contexts, the usual sockets, and an address that was asked for. */
export function listEngines({ context }: EngineArguments): Promise<readonly EngineAddress[]> {
  return listAddresses({ extra: context?.includes('://') === true ? [{ name: context, url: context }] : [] });
}

/** Of these the engine that was asked for. Throws Failure for a context that is not known. */
export function pickAddress(addresses: readonly EngineAddress[], { context }: EngineArguments): EngineAddress {
  const address = context === undefined ? (addresses.find(({ current }) => current) ?? addresses[0]) : addresses.find(({ name, url }) => name === context || url === context);
  if (address === undefined) throw new Failure(msg`there is no docker context ${context ?? ''}; there are: ${addresses.map(({ name }) => name).join(', ')}`);
  return address;
}

/** The engine that was asked for. Throws Failure for a context that is not known. */
export async function chooseAddress(options: EngineArguments): Promise<EngineAddress> {
  return pickAddress(await listEngines(options), options);
}

/**
 * Connects for one task. Ctrl+C calls it off, so that it can tidy up; a second one ends the program at once. What Docker
 * refuses is a Failure with a sentence for people.
 */
export async function withEngine<Result>(options: EngineArguments, task: (engine: Engine, signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  let engine: Engine | undefined;
  try {
    engine = await connect(await chooseAddress(options), stop.signal);
    return await task(engine, stop.signal);
  } catch (error) {
    if (error instanceof DockerError) throw new Failure(describeProblem(error.problem));
    throw error;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
    process.removeListener('SIGTERM', onInterrupt);
    if (engine !== undefined) disconnect(engine);
  }
}

/** What is wrong with Docker, in a sentence for people; text of the engine is made safe for a terminal. */
export function describeProblem(problem: DockerProblem): Text {
  switch (problem.kind) {
    case 'not-installed':
      return msg`Docker is not installed: there is no docker command and no engine`;
    case 'daemon-down':
      return problem.lost === true ? msg`the Docker engine at ${problem.url} broke off the connection: it was stopped or restarted` : msg`the Docker engine at ${problem.url} does not run`;
    case 'no-permission':
      return msg`you may not use the Docker engine at ${problem.url}`;
    case 'context-unreachable':
      return problem.url === '' ? msg`${makeVisible(problem.name)}: ${wordsOf(problem)}` : msg`${makeVisible(problem.name)} at ${problem.url} does not answer: ${wordsOf(problem)}`;
    case 'cancelled':
      return msg`cancelled`;
    case 'no-gpu-runtime':
    case 'api':
      return wordsOf(problem);
  }
}

/** What whoever refused said, or what we say in its place. */
function wordsOf(problem: Extract<DockerProblem, { readonly detail: string }>): Text {
  return makeTextVisible('said' in problem && problem.said !== undefined ? problem.said : problem.detail);
}

/** Bytes for people, in the units of `docker images`: `1.2 GB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power] ?? ''}`;
}

/** Rows in columns; the last cell of a row is not filled up. */
export function formatTable(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  return rows.map((row) => `${indent}${row.map((cell, column) => pad(cell, widths[column] ?? 0)).join('  ').trimEnd()}\n`).join('');
}
