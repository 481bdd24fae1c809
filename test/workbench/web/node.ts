// Takes the place of node:assert/strict and node:util in the bundle for browsers: the parts that suites use.

function fail(message: string | undefined, expected: unknown, actual: unknown): never {
  throw Object.assign(new Error(message ?? `expected ${describe(expected)}, got ${describe(actual)}`), { expected, actual });
}

function describe(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

const assert = {
  ok(value: unknown, message?: string): asserts value {
    if (!value) fail(message, true, value);
  },
  equal(actual: unknown, expected: unknown, message?: string): void {
    if (!Object.is(actual, expected)) fail(message, expected, actual);
  },
  /** For values that JSON can say. */
  deepEqual(actual: unknown, expected: unknown, message?: string): void {
    if (describe(actual) !== describe(expected)) fail(message, expected, actual);
  },
  match(text: string, pattern: RegExp, message?: string): void {
    if (!pattern.test(text)) fail(message, pattern.source, text);
  },
};

export default assert;

/** As util.format for the placeholders %s, %d and %%; what is left over is put behind. */
export function format(template: unknown = '', ...values: readonly unknown[]): string {
  let next = 0;
  const text = String(template).replace(/%([sd%])/g, (whole, kind: string) => (kind === '%' ? '%' : next < values.length ? String(values[next++]) : whole));
  return [text, ...values.slice(next).map(String)].join(' ');
}
