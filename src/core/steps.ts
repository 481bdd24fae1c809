/** Work that pauses now and then, so that whoever does it can turn to something else, or stop. */
export type Steps<T> = Generator<void, T, void>;

/** Does it without a pause. */
export function runToEnd<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
