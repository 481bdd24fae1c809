import type * as SharedFeatures from './shared-features';

/** What activation need not load and no Docker is needed for; a browser has it in the one bundle that it takes. */
export function loadSharedFeatures(): Promise<typeof SharedFeatures> {
  return import('./shared-features');
}
