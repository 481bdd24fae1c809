import type { Sentence, Verdict, VerdictState } from './model';

/** A sentence from its template and data. */
export function say(template: string, data: Sentence['data'] = {}): Sentence {
  return { template, data };
}

/** What a verdict has besides state and sentence. */
type More = Partial<Omit<Verdict, 'state' | 'sentence'>>;

/** A verdict of any state. */
export function judge(state: VerdictState, sentence: Sentence, { details = [], evidence = '', measured = {}, knownError = null }: More = {}): Verdict {
  return { state, sentence, details, evidence, measured, knownError };
}

/** The image does what it should. */
export function pass(sentence: Sentence, more?: More): Verdict {
  return judge('passed', sentence, more);
}

/** The image does not do what it should. */
export function fail(sentence: Sentence, more?: More): Verdict {
  return judge('failed', sentence, more);
}

/** There is nothing to check. */
export function skip(sentence: Sentence, more?: More): Verdict {
  return judge('skipped', sentence, more);
}

/** The host, its driver or the engine kept the check from telling anything about the image. */
export function block(sentence: Sentence, more?: More): Verdict {
  return judge('blocked', sentence, more);
}
