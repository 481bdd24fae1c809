import { run } from '../../process/run';
import type { DockerCommand } from '../command-line';

/** A builder of buildx. */
export interface Builder {
  readonly name: string;
  /** `docker` (the engine itself), `docker-container`, `kubernetes`, `remote`, `cloud`. */
  readonly driver: string;
  /** Where it runs: a context, `unix://…`, `tcp://…`, `kubernetes:///…`. */
  readonly endpoints: readonly string[];
  /** The one that is taken where none is named. */
  readonly current: boolean;
  /** Why it cannot be reached. */
  readonly problem: string | null;
}

/** The builders of `docker buildx ls`; none where there is no buildx, or one that is too old to print JSON. Rejects with nothing. */
export async function listBuilders({ program, env }: DockerCommand, signal?: AbortSignal): Promise<readonly Builder[]> {
  const { status, stdout } = await run(program, ['buildx', 'ls', '--format', 'json'], { env, ...(signal && { signal }), timeoutMs: 20_000 }).catch(() => ({ status: 1, stdout: '' }));
  return status === 0 ? readBuilders(stdout) : [];
}

/** Reads what `docker buildx ls --format json` prints: one object a line. */
export function readBuilders(text: string): readonly Builder[] {
  return text.split('\n').flatMap((line) => {
    try {
      const value = JSON.parse(line) as Record<string, unknown>;
      const { Name: name, Driver: driver, Current: current, Nodes: nodes, Err: error } = value;
      if (typeof name !== 'string') return [];
      const endpoints = (Array.isArray(nodes) ? (nodes as unknown[]) : []).flatMap((node) => {
        const endpoint = (node as { readonly Endpoint?: unknown } | null)?.Endpoint;
        return typeof endpoint === 'string' && endpoint !== '' ? [endpoint] : [];
      });
      return [{ name, driver: typeof driver === 'string' && driver !== '' ? driver : 'docker', endpoints, current: current === true, problem: typeof error === 'string' && error !== '' ? error : null }];
    } catch {
      return [];
    }
  });
}
