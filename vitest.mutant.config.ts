import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { applyMutant } from './proof/mutants/mutant.ts'
import { findPlantedMutant, plantedMutantVariable } from './proof/mutants/planted.ts'
import short from './vitest.config.ts'

const { projects: _, ...shared } = short.test ?? {}
const rootDir = import.meta.dirname

const name = process.env[plantedMutantVariable]
const texts = name ? applyMutant(findPlantedMutant(name).mutant, read) : new Map<string, string>()
const edited = new Map([...texts].map(([file, text]) => [resolve(rootDir, file), text]))

/** Small files first: they are fast, and most mutants fail in one of them. */
class SmallestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sizeOf = ({ moduleId }: TestSpecification) => statSync(moduleId).size
    return files.toSorted((a, b) => sizeOf(a) - sizeOf(b))
  }
}

/**
 * The unit tests of rules and promises, on sources with the mistake that the environment names (`npm run mutants -- --against unit-tests`).
 * Tests of the machines that look for mistakes, of templates and of documents are left out: they do not run the code with the mistake.
 */
export default defineConfig({
  plugins: [{ name: 'plant-mutant', enforce: 'pre', load: (id) => edited.get(id) }],
  test: {
    ...shared,
    include: [
      'test/{archive,domain,gateways,http,migrate,notifications,promises,reconcile,relay,restore,sagas,sweeps,tables,views}/**/*.unit.ts',
    ],
    isolate: false,
    // Files with a mistake in them must not be loaded by later runs.
    fsModuleCache: false,
    sequence: { sequencer: SmallestFirst },
    // A test that waits in vain for what a mistake prevents fails soon.
    testTimeout: 20_000,
    // Enough to know that several notice it.
    bail: 10,
  },
})

function read(file: string): string {
  return readFileSync(resolve(rootDir, file), 'utf8')
}
