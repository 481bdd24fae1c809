import type { ScannedComponent } from '../../../src/core/scan/model';
import type { SmokeImage, StepResult } from '../../../src/smoke/model';

/** An image that holds what a test is about. */
export function imageWith({
  packages = [],
  programs = ['sh'],
  environment = [],
  components = [],
}: {
  readonly packages?: readonly string[];
  readonly programs?: readonly string[];
  readonly environment?: readonly string[];
  readonly components?: readonly (Pick<ScannedComponent, 'kind' | 'version'> & Partial<ScannedComponent>)[];
} = {}): SmokeImage {
  const python = { program: '/usr/bin/python3', version: '3.10', folders: [], packages: packages.map((name) => ({ name, version: '1.0', manager: 'pip' as const, file: '' })) };
  return {
    reference: 'test:1',
    imageId: 'sha256:0123',
    digest: null,
    architecture: 'amd64',
    environment,
    predicted: null,
    scan: {
      version: 1,
      image: 'test:1',
      imageId: 'sha256:0123',
      architecture: 'amd64',
      os: null,
      packages: [],
      pythons: packages.length > 0 ? [python] : [],
      libraries: [],
      programs: programs.map((name) => ({ name, path: `/usr/bin/${name}` })),
      components: components.map((component) => ({ name: component.kind, cuda: null, via: 'other', file: '/file', ...component })),
      gaps: [],
      cost: { bytesRead: 1, requests: 1, durationMs: 1 },
    },
  };
}

/** A step that came to its end. */
export function ended(output: string, status = 0): StepResult {
  return { state: 'ran', status, output, durationMs: 5, timeoutMs: 60_000, outOfMemory: false, refusal: null };
}
