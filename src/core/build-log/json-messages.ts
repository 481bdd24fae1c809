// What BuildKit's `--progress=rawjson` prints, and what the Engine API streams while it builds.
// Fields after client/graph.go (SolveStatus) of moby/buildkit and the description of `POST /build` of the Engine API.

/** A vertex of BuildKit's graph: one step. */
export interface VertexMessage {
  readonly digest: string;
  readonly name: string;
  readonly started: number | undefined;
  readonly completed: number | undefined;
  readonly cached: boolean;
  readonly error: string | undefined;
}

/** One message of either stream, as far as it is understood. */
export interface JsonMessage {
  readonly vertexes: readonly VertexMessage[];
  readonly statuses: readonly { readonly vertex: string; readonly currentBytes: number; readonly totalBytes: number | undefined }[];
  /** `data` is base64. */
  readonly logs: readonly { readonly vertex: string; readonly data: string }[];
  /** Text of the Engine API's stream. */
  readonly stream: string | undefined;
  /** `Pulling fs layer`, with the layer it is about. */
  readonly status: { readonly text: string; readonly id: string; readonly currentBytes: number; readonly totalBytes: number | undefined } | undefined;
  readonly error: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads a message; undefined for text that is no JSON object. */
export function readJsonMessage(text: string): JsonMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isFields(value)) return undefined;
  const progress = isFields(value['progressDetail']) ? value['progressDetail'] : {};
  const status = readText(value['status']);
  return {
    vertexes: readList(value['vertexes'], (one) => ({
      digest: readText(one['digest']) ?? '',
      name: readText(one['name']) ?? '',
      started: readTime(one['started']),
      completed: readTime(one['completed']),
      cached: one['cached'] === true,
      error: readText(one['error']),
    })),
    statuses: readList(value['statuses'], (one) => ({ vertex: readText(one['vertex']) ?? '', currentBytes: readNumber(one['current']) ?? 0, totalBytes: readNumber(one['total']) })),
    logs: readList(value['logs'], (one) => ({ vertex: readText(one['vertex']) ?? '', data: readText(one['data']) ?? '' })),
    stream: readText(value['stream']),
    status: status === undefined ? undefined : { text: status, id: readText(value['id']) ?? '', currentBytes: readNumber(progress['current']) ?? 0, totalBytes: readNumber(progress['total']) },
    // Newer engines have the words in the second alone: https://docs.docker.com/reference/api/engine/version-history/ (1.48).
    error: readText(value['error']) ?? (isFields(value['errorDetail']) ? readText(value['errorDetail']['message']) : undefined),
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readList<T>(value: unknown, read: (fields: Fields) => T): readonly T[] {
  return Array.isArray(value) ? value.filter(isFields).map(read) : [];
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function readNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** Milliseconds since the epoch. */
function readTime(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
