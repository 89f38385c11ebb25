import { randomInt } from 'node:crypto'
import { basename, join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that run for more than ten seconds, the longest first: if one of them started last, a core would be idle at the end. */
const slowest = [
  // Of the long run, where two or three files run at a time.
  'localstack.long.ts',
  'ministack.long.ts',
  'migration.long.ts',
  'scanners.long.ts',
  'cost.long.ts',
  // Of the short run.
  'outcomes.e2e.ts',
  'attachments.e2e.ts',
  'main-job.e2e.ts',
  'mutants.e2e.ts',
  'kills.e2e.ts',
  'chaos.e2e.ts',
  'notifications.e2e.ts',
  'objects.int.ts',
  'command.int.ts',
  'sagas.e2e.ts',
  'stack.int.ts',
  'npm-start.e2e.ts',
  'scenarios.e2e.ts',
  'static-analysis.unit.ts',
  'deploy-target.int.ts',
  'notification-matrix.unit.ts',
  'alarm-subscriber.unit.ts',
  'delivery.unit.ts',
  'removal.unit.ts',
  'check.unit.ts',
  'rebuild.unit.ts',
]

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
      {
        extends: true,
        test: { name: 'e2e', include: ['test/**/*.e2e.ts'], globalSetup: 'test/fixtures/synthesize-once.ts' },
      },
      // A third of their time would be imports, if each file evaluated its modules anew.
      {
        extends: true,
        test: { name: 'fast', include: ['{test,localstack/embedded/test}/**/*.{unit,int}.ts'], isolate: false },
      },
    ],
    pool: 'forks',
    // Twice the cores of the smallest machine: end-to-end tests wait for half of their time.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    env: {
      // Every random pick of a run comes from it (`test/fixtures/sample.ts`).
      SEED: process.env.SEED ?? String(randomInt(2 ** 31)),
      // A test that starts a command or a stack would compile the same sources again.
      NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled'),
    },
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // A cold start of a function takes seconds when all cores are busy.
    expect: { poll: { timeout: 10_000 } },
    restoreMocks: true,
    unstubEnvs: true,
  },
})
