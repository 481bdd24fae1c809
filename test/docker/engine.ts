import { inject } from 'vitest';
import type { EngineAddress } from '../../src/docker/model';

/**
 * The engine that all files of a run share: it has the stand-in GPU, the `nvidia` runtime, `busybox:latest`, and a registry
 * (`127.0.0.1:PORT`) that it also asks for Docker Hub's names.
 */
export function useEngine(): { readonly host: string; readonly socket: string; readonly env: Record<string, string>; readonly registry: string } {
  return inject('engine');
}

/** An engine's address as `listAddresses` would give it. */
export function addressOf(url: string, name = 'test', certificates: string | null = null): EngineAddress {
  return { name, from: 'environment', url, certificates, current: true };
}
