// An engine that does as it is told, where a real one cannot be made to.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import type { EngineAddress } from '../../../src/docker/model';

export interface FakeEngine {
  readonly address: EngineAddress;
  /** `GET /containers/json?all=true`, in order. */
  readonly requests: string[];
  /** Answers for a path without its query; null leaves the request unanswered. Others are answered as by an empty engine. */
  readonly answers: Map<string, unknown>;
  /** Sends an event to every subscriber; those that have no answer yet get its head now. */
  emit(event: object): void;
  /** Ends the subscriptions in order. */
  endEvents(): void;
  close(): Promise<void>;
}

/** A refusal: HTTP status and message. */
export class Refused {
  constructor(
    readonly status: number,
    readonly message: string,
  ) {}
}

/** Listens on a socket of its own. Like Docker from 23 on, it sends nothing to a subscriber before the first event. */
export async function startFakeEngine(): Promise<FakeEngine> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'trtc-fake-'));
  const socketPath = path.join(folder, 'docker.sock');
  const requests: string[] = [];
  const subscribers = new Set<ServerResponse>();
  const answers = new Map<string, unknown>([
    ['/version', { Version: '26.1.5', ApiVersion: '1.45', Os: 'linux', Arch: 'amd64', Components: [{ Name: 'Engine' }] }],
    ['/info', { Name: 'box', DefaultRuntime: 'runc', Runtimes: { runc: {} }, SystemTime: '2026-11-20T14:00:00.5Z' }],
    ['/containers/json', []],
    ['/images/json', []],
  ]);
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    requests.push(`${request.method} ${request.url}`);
    const place = (request.url ?? '').replace(/\?.*/, '');
    if (place === '/events') {
      subscribers.add(response);
      response.on('close', () => subscribers.delete(response));
      return;
    }
    const answer = answers.has(place) ? answers.get(place) : new Refused(404, `nothing at ${place}`);
    if (answer === null) return;
    response.writeHead(answer instanceof Refused ? answer.status : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer instanceof Refused ? { message: answer.message } : answer));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    address: { name: 'fake', from: 'setting', url: `unix://${socketPath}`, certificates: null, current: true },
    requests,
    answers,
    emit: (event) => {
      for (const subscriber of subscribers) subscriber.write(`${JSON.stringify(event)}\n`);
    },
    endEvents: () => {
      for (const subscriber of subscribers) subscriber.end();
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
