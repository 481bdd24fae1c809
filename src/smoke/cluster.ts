// Smoke tests of an image that no engine here has: every check of the profiles, written as Jobs.
import type { ImageScan } from '../core/scan/model';
import { jobManifests, writeManifests } from './kubernetes';
import type { SmokeImage } from './model';
import { containerOf, planBatches, type SmokeLimits } from './run';
import { planChecks, type SmokeRequest } from './smoke';

/** What is written. */
export interface JobRequest extends Pick<SmokeRequest, 'profiles' | 'file'> {
  /** Name of the image in a registry that the cluster reaches. */
  readonly image: string;
  readonly limits: SmokeLimits;
}

/** The Jobs of a smoke test as YAML; empty where only static checks were asked for. `word` gives a word that was not there before. */
export function writeJobs({ image, profiles, file, limits }: JobRequest, word: () => string): string {
  const unread = unreadImage(image);
  const planned = planChecks(unread, { profiles, ...(file !== undefined && { file }) });
  return planBatches(unread, planned)
    .map((batch) => writeManifests(jobManifests(containerOf(unread, batch, limits, word()), jobName(word()))))
    .join('');
}

/** A name for a Job (RFC 1123) out of a word. */
export function jobName(word: string): string {
  return `trtc-smoke-${word.replaceAll(/[^a-z\d]/gi, '').toLowerCase().slice(0, 8)}`;
}

/** An image of which nothing is known but its name. */
export function unreadImage(reference: string): SmokeImage {
  const scan: ImageScan = {
    version: 1,
    image: reference,
    imageId: reference,
    architecture: '',
    os: null,
    packages: [],
    pythons: [],
    libraries: [],
    programs: [],
    components: [],
    gaps: [{ path: null, why: 'refused', detail: 'The image was not read.' }],
    cost: { bytesRead: 0, requests: 0, durationMs: 0 },
  };
  return { reference, imageId: reference, digest: null, architecture: '', environment: [], scan, predicted: null, unread: true };
}
