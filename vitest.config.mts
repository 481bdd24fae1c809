import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    setupFiles: ['test/seed.ts'],
    include: ['test/unit/**/*.test.ts', 'test/server/**/*.test.ts', 'test/cases/**/*.test.ts'],
    // Tests assert no time: a busy machine may take long.
    testTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    // Some run programs and servers, which a busy machine may hold up; each further try is printed.
    retry: 1,
    // Programs of ours speak the language of the environment.
    env: { LC_ALL: 'C' },
    reporters: ['default', './src/dev/tries-reporter.mjs'],
    // The engine is pure: tests cannot disturb each other, and isolation costs ten times their run time.
    pool: 'threads',
    isolate: false,
  },
});
