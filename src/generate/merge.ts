import type { Planned } from './choices';
import { createService, type ComposeOptions } from './compose';
import type { DevcontainerOptions } from './devcontainer';
import { devcontainerOf, planWithUser } from './generate';
import { mergeCompose } from './merge-compose';
import { mergeDevcontainer, type Merged } from './write-devcontainer';

/**
 * Adds what is planned to a file that exists, by its path below the folder: devcontainer.json, or with `service` a Compose
 * file. Undefined for a file that is not added to, and for one that cannot be.
 */
export function mergeFile(planned: Planned, options: DevcontainerOptions & ComposeOptions, service?: string): (path: string, text: string) => Merged | undefined {
  return (path, text) => {
    if (path.endsWith('devcontainer.json')) return mergeDevcontainer(text, devcontainerOf(planned, path, options).config);
    if (service === undefined || !/(?:^|\/)(?:docker-)?compose(?:\.gpu)?\.ya?ml$/.test(path)) return undefined;
    const { service: attributes, gpu, volumes } = createService(planWithUser(planned), options);
    return path.includes('.gpu.') ? mergeCompose(text, { services: { [service]: gpu }, volumes: [] }) : mergeCompose(text, { services: { [service]: attributes }, volumes });
  };
}
