import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { FailedTestsReporter } from './proof/mutants/failed-tests-reporter.ts'
import { applyMutant } from './proof/mutants/mutant.ts'
import { findPlantedMutant, plantedMutantVariable } from './proof/mutants/planted.ts'
import { relatedTests } from './proof/mutants/related-tests.ts'
import short from './vitest.config.ts'

const { projects: _, ...shared } = short.test ?? {}
const rootDir = import.meta.dirname

/** Tests of the machines that look for mistakes, of templates and of documents are left out: they do not run the code with the mistake. */
const candidates =
  'test/{archive,domain,gateways,http,migrate,notifications,promises,reconcile,relay,restore,sagas,sweeps,tables,views}/**/*.unit.ts'

/**
 * The unit tests that load what the mutant of the environment changes, on sources with that change (`npm run
 * mutants -- --against unit-tests`).
 */
export default defineConfig(async () => {
  const name = process.env[plantedMutantVariable]
  if (!name) throw new Error(`${plantedMutantVariable} must name a mutant`)
  const texts = applyMutant(findPlantedMutant(name).mutant, (file) => readFileSync(resolve(rootDir, file), 'utf8'))
  const edited = new Map([...texts].map(([file, text]) => [resolve(rootDir, file), text]))
  const tests = globSync(candidates, { cwd: rootDir }).map((path) => path.replaceAll('\\', '/'))
  const related = await relatedTests(tests, [...texts.keys()], rootDir)
  const order = new Map(related.map((test, index) => [resolve(rootDir, test), index]))

  class NearestFirst extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const place = ({ moduleId }: TestSpecification) => order.get(resolve(moduleId)) ?? order.size
      return files.toSorted((a, b) => place(a) - place(b))
    }
  }

  return {
    plugins: [{ name: 'plant-mutant', enforce: 'pre', load: (id: string) => edited.get(id) }],
    test: {
      ...shared,
      include: related,
      passWithNoTests: true,
      // The same picks in each run, so that a mutant is found by the same tests.
      env: { ...shared.env, SEED: process.env.SEED ?? '1' },
      isolate: false,
      maxWorkers: 2,
      // Files with a mistake in them must not be loaded by later runs.
      fsModuleCache: false,
      sequence: { sequencer: NearestFirst },
      // A test that waits in vain for what a mistake prevents fails soon.
      testTimeout: 20_000,
      reporters: [new FailedTestsReporter(rootDir)],
    },
  }
})
