import type { SmokeImage } from './model';
import { type SmokeLimits } from './run';
import { type SmokeRequest } from './smoke';
/** What is written. */
export interface JobRequest extends Pick<SmokeRequest, 'profiles' | 'file'> {
    /** Name of the image in a registry that the cluster reaches. */
    readonly image: string;
    readonly limits: SmokeLimits;
}
/** The Jobs of a smoke test as YAML; empty where only static checks were asked for. `word` gives a word that was not there before. */
export declare function writeJobs({ image, profiles, file, limits }: JobRequest, word: () => string): string;
/** A name for a Job (RFC 1123) out of a word. */
export declare function jobName(word: string): string;
/** An image of which nothing is known but its name. */
export declare function unreadImage(reference: string): SmokeImage;
