import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/docker/**/*.test.ts'],
    globalSetup: 'test/docker/global-setup.ts',
    // One file after the other: they share an engine, and a busy machine proves nothing.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 20_000 } },
    // A real engine may be held up; each further try is printed.
    retry: 1,
    // Programs of ours speak the language of the environment.
    env: { LC_ALL: 'C' },
    reporters: ['default', './src/dev/tries-reporter.mjs'],
  },
});
