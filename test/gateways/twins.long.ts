import { afterAll, beforeAll, describe, it } from 'vitest'
import { openEngineStore } from '../../proof/engine-store.ts'
import { sagas } from '../../sagas/all.ts'
import { titleOf } from '../../sagas/saga.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { runsEveryCase, seed } from '../fixtures/sample.ts'
import { compareStores } from '../tables/store-suite/store-commands.ts'
import { simulatedMachineBed } from './machine-suite/machine-bed.ts'
import { compareMachines } from './machine-suite/machine-commands.ts'
import { stepFunctionsBed } from './machine-suite/step-functions-bed.ts'
import { memoryObjectBed } from './object-suite/object-bed.ts'
import { compareObjects } from './object-suite/object-commands.ts'
import { listPages } from './object-suite/object-suite.ts'
import { type S3, startS3 } from './object-suite/s3-bed.ts'
import { memoryQueueBed } from './queue-suite/queue-bed.ts'
import { compareQueues } from './queue-suite/queue-commands.ts'
import { type Sqs, startSqs } from './queue-suite/sqs-bed.ts'

/** Ten times as many with `--all`. */
const times = (runs: number) => (runsEveryCase ? 10 * runs : runs)

describe(`any calls have the same results on the in-memory twin and on the engine (SEED=${seed})`, () => {
  let sqs: Sqs
  let s3: S3
  beforeAll(async () => {
    sqs = await startSqs()
    s3 = await startS3()
  })
  afterAll(async () => {
    await sqs?.stop()
    await s3?.stop()
  })

  it('of the tables', async () => {
    const { store, close } = await openEngineStore()
    try {
      const open = { twin: () => new MemoryStore(), engine: () => store }
      await compareStores(open, { seed, runs: times(70), length: 60 })
    } finally {
      await close()
    }
  }, 600_000)

  it('of a queue', async () => {
    await compareQueues({ twin: memoryQueueBed, engine: () => sqs.bed() }, { seed, runs: times(70), length: 80 })
  }, 600_000)

  it.each([false, true])(
    'of a bucket (versions kept: %s)',
    async (versioned) => {
      const engine = () => s3.bed({ versioned })
      await compareObjects({ twin: memoryObjectBed, engine }, { seed, runs: times(25), length: 60 })
    },
    600_000,
  )

  it.each(sagas.map((saga) => ({ name: titleOf(saga), saga })))(
    'of the state machine of the saga $name',
    async ({ saga }) => {
      const open = { twin: simulatedMachineBed, engine: stepFunctionsBed }
      await compareMachines(saga, open, { seed, runs: times(8), length: 50 })
    },
    600_000,
  )

  listPages(() => s3.bed({ versioned: true }))
})
