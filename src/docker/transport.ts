// Carries dockerode's requests. dockerode's own carrier reads DOCKER_HOST whatever it is told, speaks ssh without looking
// at known hosts or the user's configuration, and cannot cancel all it starts.
import http from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { addAbortSignal } from 'node:stream';
import { msg } from '../core/l10n/message';
import { SaidError } from '../core/l10n/said-error';
import { DockerError, refusal, toDockerError } from './errors';
import type { DockerProblem, EngineAddress } from './model';
import { EngineAgent } from './sockets';

/** An answer that is longer than this is given up. */
const LONGEST_ANSWER_BYTES = 256 * 1024 * 1024;

/** What dockerode asks of its carrier. A path that ends in `?` wants the options as its query. */
export interface DialRequest {
  readonly path: string;
  readonly method: string;
  readonly options?: Record<string, unknown> & { readonly _query?: Record<string, unknown>; readonly _body?: unknown; readonly abortSignal?: AbortSignal };
  readonly file?: string | Buffer | NodeJS.ReadableStream;
  readonly authconfig?: { readonly base64?: string };
  readonly registryconfig?: { readonly base64?: string };
  readonly abortSignal?: AbortSignal;
  /** The answer is given as a stream as soon as it begins. */
  readonly isStream?: boolean;
  /** The connection itself is given: what is written goes to the container, what is read comes from it. */
  readonly hijack?: boolean;
}

type Callback = (error: DockerError | null, answer?: unknown) => void;

/** Stands where dockerode expects its docker-modem. All errors that it gives are DockerErrors. */
export class Transport {
  readonly Promise = Promise;
  private readonly agent: EngineAgent;
  /** Some servers in front of an engine choose by it. */
  private readonly host: string;

  constructor(private readonly address: EngineAddress) {
    this.agent = new EngineAgent(address);
    this.host = /^(?:tcp|https?):\/\/([^/:]+|\[[^\]]+\])/.exec(address.url)?.[1] ?? 'docker';
  }

  /** Closes all connections, also those in use. */
  close(): void {
    this.agent.destroy();
  }

  /** Sends a request; a status of 400 or more is an error. An answer of JSON is given as its value, another as a Buffer. */
  dial(asked: DialRequest, callback: Callback): void {
    let open = true;
    const settle: Callback = (error, answer) => {
      if (!open) return;
      open = false;
      callback(error, answer);
    };
    // What AbortSignal.timeout() ends was not called off by anybody.
    const fail = (error: unknown): void => settle(toDockerError(signal?.aborted === true ? signal.reason : error, this.address));

    const signal = asked.abortSignal ?? asked.options?.abortSignal;
    const { query, body } = readOptions(asked);
    const text = body === undefined ? undefined : JSON.stringify(body);
    let request: http.ClientRequest;
    try {
      request = http.request({
        agent: this.agent,
        host: this.host,
        // The agent opens its own socket. VS Code puts an agent of its own, for proxies, in the place of any other unless
        // a request names a socket.
        socketPath: '/docker',
        method: asked.method,
        path: encodeURI(asked.path.replace(/\?$/, '')).replace(/[?#]/g, encodeURIComponent) + query,
        headers: {
          ...(text !== undefined && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
          ...(asked.file !== undefined && { 'Content-Type': 'application/x-tar' }),
          ...(Buffer.isBuffer(asked.file) && { 'Content-Length': asked.file.length }),
          ...(asked.authconfig?.base64 !== undefined && { 'X-Registry-Auth': asked.authconfig.base64 }),
          ...(asked.registryconfig?.base64 !== undefined && { 'X-Registry-Config': asked.registryconfig.base64 }),
          ...(asked.hijack === true && { Connection: 'Upgrade', Upgrade: 'tcp' }),
        },
        ...(signal && { signal }),
      });
    } catch (error) {
      fail(error);
      return;
    }
    request.on('error', (error: NodeJS.ErrnoException) => {
      // An idle connection that the engine closed in the moment it was taken up again.
      if (open && request.reusedSocket && error.code === 'ECONNRESET' && asked.method === 'GET') {
        open = false;
        this.dial(asked, callback);
      } else fail(error);
    });
    request.on('upgrade', (_response, socket: Duplex, head) => {
      socket.on('error', () => undefined);
      if (head.length > 0) socket.unshift(head);
      settle(null, socket);
    });
    request.on('response', (response) => {
      // Who reads it gets its error; while nobody does, it must not end this process.
      response.on('error', () => undefined);
      if (signal) addAbortSignal(signal, response);
      const status = response.statusCode ?? 0;
      if (asked.isStream === true && status < 400) {
        settle(null, response);
        return;
      }
      void readAnswer(response).then((answer) => {
        if (status < 400) settle(null, parse(answer) ?? answer);
        else settle(new DockerError(this.readRefusal(status, answer)));
      }, fail);
    });
    if (asked.file instanceof Object && 'pipe' in asked.file) {
      asked.file.on('error', (error: Error) => request.destroy(error));
      asked.file.pipe(request);
    } else request.end(asked.file ?? text);
  }

  private readRefusal(status: number, answer: Buffer): DockerProblem {
    const words = readWords(answer);
    // Go's server says so where it expects TLS.
    if (!/HTTP request to an HTTPS server/.test(words)) return refusal(status, words);
    return { kind: 'context-unreachable', name: this.address.name, url: this.address.url, detail: words };
  }
}

/**
 * dockerode puts what is asked into one object. For a GET it is the query, for a POST to a path with `?` both query and
 * body; `_query` and `_body` in it keep the two apart.
 */
function readOptions({ path, method, options }: DialRequest): { readonly query: string; readonly body: unknown } {
  if (options === undefined) return { query: '', body: undefined };
  const { _query, _body, ...plain } = options;
  const rest = Object.fromEntries(Object.entries(plain).filter(([name]) => name !== 'abortSignal' && name !== 'authconfig'));
  const apart = _query !== undefined || _body !== undefined;
  const query = path.endsWith('?') ? Object.entries(apart ? (_query ?? {}) : rest).filter(([, value]) => value !== undefined) : [];
  const body = method !== 'POST' ? undefined : apart ? _body : path.endsWith('?') ? undefined : rest;
  const search = new URLSearchParams();
  for (const [name, value] of query) {
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, typeof one === 'string' ? one : JSON.stringify(one));
  }
  return { query: query.length === 0 ? '' : `?${search.toString()}`, body };
}

async function readAnswer(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_ANSWER_BYTES) throw new SaidError(msg`the answer is too long`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(answer: Buffer): unknown {
  try {
    return JSON.parse(answer.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The engine's words: `{"message": …}`, Podman's `{"cause": …, "message": …}`, or plain text. */
function readWords(answer: Buffer): string {
  const value = parse(answer.subarray(0, 1024 * 1024));
  const message = typeof value === 'object' && value !== null && 'message' in value ? value.message : undefined;
  return (typeof message === 'string' ? message : answer.subarray(0, 4096).toString('utf8')).trim();
}
