// One engine and one registry for all files; they get them through `useEngine`.
import type { TestProject } from 'vitest/node';
import { busyboxImage, setUpEngine, startEngine, startRegistry } from '../../src/dev/engine/index.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly engine: { readonly host: string; readonly socket: string; readonly env: Record<string, string>; readonly registry: string };
  }
}

/** Starts them; gives what ends them. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  setUpEngine();
  const registry = await startRegistry();
  const engine = await startEngine({ mirrors: [`http://${registry.host}`] });
  await busyboxImage(engine);
  const env = Object.fromEntries(Object.entries(engine.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  project.provide('engine', { host: engine.host, socket: engine.socket, env, registry: registry.host });
  return async () => {
    await engine.stop();
    await registry.stop();
  };
}
