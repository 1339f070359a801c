/** Unit, op and chart tests; what needs a shell, a device or Chromium runs in projects of its own. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: ['test/fixtures/build.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/ops/**/*.test.ts', 'test/charts/**/*.test.{ts,tsx}'],
          environment: 'node',
          // Every core; what follows has a browser or an emulator beside it.
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
        },
      },
      { extends: true, test: { name: 'electron', include: ['test/electron/**/*.test.ts'], fileParallelism: false } },
      {
        extends: true,
        // Everything is slow under an emulator.
        test: { name: 'device', include: ['test/device/**/*.test.ts'], fileParallelism: false, testTimeout: 300_000, hookTimeout: 300_000 },
      },
      { extends: true, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], sequence: { groupOrder: 2 } } },
    ],
  },
})
