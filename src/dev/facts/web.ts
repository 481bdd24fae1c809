import { gunzipSync } from 'node:zlib';

/** A page that did not come; the message is one sentence with its address. */
export class WebProblem extends Error {}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const ATTEMPTS = 2;

/** Where the public services are; each can be replaced by a mirror with the environment variable that is its key. */
const SERVICES = {
  FACTS_DOCKER_HUB: 'https://registry-1.docker.io',
  FACTS_NGC: 'https://nvcr.io',
  FACTS_PYPI: 'https://pypi.org',
  FACTS_NVIDIA_PYPI: 'https://pypi.nvidia.com',
  FACTS_NVIDIA_REPOSITORIES: 'https://developer.download.nvidia.com/compute/cuda/repos',
} as const;

export type Service = keyof typeof SERVICES;

/** Reads pages by HTTP. A page that several tables need is read once. */
export class Web {
  private readonly pages = new Map<string, Promise<Answer>>();

  constructor(private readonly environment: Readonly<Record<string, string | undefined>>) {}

  /** The address of a service, without a slash at its end. */
  addressOf(service: Service): string {
    return (this.environment[service] || SERVICES[service]).replace(/\/+$/, '');
  }

  async readText(url: string): Promise<string> {
    return (await this.readPage(url)).body.toString('utf8');
  }

  async readJson(url: string): Promise<unknown> {
    return parseJson(url, (await this.readPage(url)).body);
  }

  /** The text of a file that is stored compressed. */
  async readGzip(url: string): Promise<string> {
    const { body } = await this.readPage(url);
    try {
      return gunzipSync(body).toString('utf8');
    } catch {
      throw new WebProblem(`${url} is no gzip file`);
    }
  }

  private readPage(url: string): Promise<Answer> {
    const known = this.pages.get(url);
    if (known !== undefined) return known;
    const page = this.request(url).then((answer) => {
      if (answer.status >= 400) throw new WebProblem(`${url} answered ${answer.status}`);
      return answer;
    });
    this.pages.set(url, page);
    return page;
  }

  /** One request, whatever the answer's status; asked again once when the service is out of order. */
  async request(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const timeoutMs = Number(this.environment['FACTS_TIMEOUT_MS'] || DEFAULT_TIMEOUT_MS);
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
        const answer = { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
        if (response.status < 500 || attempt >= ATTEMPTS) return answer;
      } catch (error) {
        if (attempt >= ATTEMPTS) throw new WebProblem(`${url} did not answer: ${explain(error, timeoutMs)}`);
      }
    }
  }
}

/** The value of a JSON text that came from an address. */
export function parseJson(url: string, body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new WebProblem(`${url} is no JSON`);
  }
}

function explain(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
}
