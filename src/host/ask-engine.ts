import type { AddressFacts, EngineEvidence, EngineFacts } from './evidence';

/** The engine's account of its disk may take minutes on large hosts; the check goes on without it. */
const CACHE_TIMEOUT_MS = 10_000;
const INFO_TIMEOUT_MS = 20_000;

/** How an engine is asked: by functions of src/docker, which this folder does not know. */
export interface EngineQuestions {
  readonly info: (signal: AbortSignal) => Promise<EngineFacts>;
  readonly buildCacheBytes: (signal: AbortSignal) => Promise<number>;
}

/**
 * Asks the engine at `address`, one of `addresses`, and notes the answer or why there is none. Rejects
 * with the signal's reason only.
 */
export async function askEngine(address: AddressFacts | undefined, addresses: readonly AddressFacts[], questions: EngineQuestions, signal?: AbortSignal): Promise<EngineEvidence> {
  const others = addresses.filter((one) => one !== address).map(pickFacts);
  if (address === undefined) return { address: null, info: null, problem: { kind: 'not-installed', detail: '' }, others, buildCacheBytes: null };
  try {
    const info = await questions.info(within(INFO_TIMEOUT_MS, signal));
    const buildCacheBytes = await questions.buildCacheBytes(within(CACHE_TIMEOUT_MS, signal)).catch(() => null);
    signal?.throwIfAborted();
    return { address: pickFacts(address), info, problem: null, others, buildCacheBytes };
  } catch (error) {
    signal?.throwIfAborted();
    return { address: pickFacts(address), info: null, problem: describeProblem(error), others, buildCacheBytes: null };
  }
}

function within(timeoutMs: number, signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}

function pickFacts({ name, url, from, current }: AddressFacts): AddressFacts {
  return { name, url, from, current };
}

/** The kind of a DockerError, by its form; a call that ran out of time was called off, not by the user. */
function describeProblem(error: unknown): { readonly kind: string; readonly detail: string } {
  const problem = typeof error === 'object' && error !== null && 'problem' in error ? (error.problem as { readonly kind?: unknown; readonly detail?: unknown }) : undefined;
  if (problem?.kind === 'cancelled') return { kind: 'daemon-down', detail: 'no answer in time' };
  const detail = typeof problem?.detail === 'string' ? problem.detail : '';
  return typeof problem?.kind === 'string' ? { kind: problem.kind, detail } : { kind: 'api', detail: error instanceof Error ? error.message : String(error) };
}
