import { ReadingMemory } from '../dockerfile/read';
import { WalkMemory } from '../stack/interpret';

/**
 * What the readings of one Dockerfile leave for that of its next text, of which then only what follows the first change is
 * read. Whatever is remembered, a reading gives what it would give from scratch; readings may pause, take turns, and be given up.
 */
export class Memory {
  readonly reading = new ReadingMemory();
  readonly walk = new WalkMemory();
}
