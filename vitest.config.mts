import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts', 'test/server/**/*.test.ts', 'test/cases/**/*.test.ts'],
    // The engine is pure: tests cannot disturb each other, and isolation costs ten times their run time.
    pool: 'threads',
    isolate: false,
  },
});
