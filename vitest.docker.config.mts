import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/docker/**/*.test.ts'],
    globalSetup: 'test/docker/global-setup.ts',
    // One file after the other: they share an engine, and a busy machine proves nothing.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
