import { randomInt } from 'node:crypto'
import { basename } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that run for more than ten seconds, the longest first: if one of them started last, a core would be idle at the end. */
const slowest = ['mutants.e2e.ts', 'scenarios.e2e.ts']

/** Starts the slowest files first, then the other end-to-end and integration tests, then unit tests. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => rank(a.moduleId) - rank(b.moduleId))
  }
}

function rank(path: string): number {
  const position = slowest.indexOf(basename(path))
  if (position >= 0) return position
  return slowest.length + ['e2e', 'int', 'unit'].findIndex((kind) => path.endsWith(`.${kind}.ts`))
}

/** The short run. The long proofs are in `vitest.long.config.ts`. */
export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'stack', include: ['test/**/*.{int,e2e}.ts'] } },
      // Half of their time would be imports, if each file evaluated its modules anew.
      { extends: true, test: { name: 'unit', include: ['test/**/*.unit.ts'], isolate: false } },
    ],
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Every random pick of a run comes from it (`test/fixtures/sample.ts`).
    env: { SEED: process.env.SEED ?? String(randomInt(2 ** 31)) },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A cold start of a function takes seconds when both cores are busy.
    expect: { poll: { timeout: 10_000 } },
    restoreMocks: true,
    unstubEnvs: true,
  },
})
