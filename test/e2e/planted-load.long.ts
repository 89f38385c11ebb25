import { beforeAll, describe, expect, it } from 'vitest'
import { synthesizeApp } from '../../commands/stack/synthesize-app.ts'
import { loadMutants } from '../../proof/mutants/load-mutants.ts'
import { formatPlantedLoad, loadWithMutant } from './planted-load.ts'

/** It throttles, loses answers, repeats batches and kills functions, and holds none back for long. */
const chaosSeed = 474

// That a build without a mistake holds under the same kind of run, `npm run test:long -- chaos` shows.
describe.concurrent(`a load run under chaos ${chaosSeed}`, () => {
  let assemblyDir: string
  beforeAll(async () => {
    assemblyDir = await synthesizeApp(console.log)
  }, 600_000)

  it.for(loadMutants)(
    'finds the mutant $mutant.name by $foundBy: $mutant.description',
    { timeout: 600_000 },
    async ({ mutant, foundBy }, { task }) => {
      const result = await loadWithMutant(mutant, { assemblyDir, chaosSeed })
      console.log(formatPlantedLoad(mutant, result))
      expect(result.foundBy).toContain(foundBy)
      const { requests, reads, faults } = result
      task.meta.counts = { mutants: 1, requests, reads, 'faults injected': faults }
    },
  )
})
