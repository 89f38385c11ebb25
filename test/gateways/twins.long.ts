import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngineStore } from '../../proof/engine-store.ts'
import { sagas } from '../../sagas/all.ts'
import { titleOf } from '../../sagas/saga.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { runsEveryCase, seed } from '../fixtures/sample.ts'
import { answersOfEngine, answersOfTwin, questions } from '../tables/store-suite/conflicts.ts'
import { compareStores } from '../tables/store-suite/store-commands.ts'
import { compareStreams } from '../tables/store-suite/stream-commands.ts'
import { type StreamedTable, startStreamedTable } from '../tables/store-suite/streamed-tables.ts'
import { compareMachines } from './machine-suite/machine-commands.ts'
import { simulatedMachineFixture } from './machine-suite/machine-fixture.ts'
import { stepFunctionsFixture } from './machine-suite/step-functions-fixture.ts'
import { compareObjects } from './object-suite/object-commands.ts'
import { memoryObjectFixture } from './object-suite/object-fixture.ts'
import { listPages } from './object-suite/object-suite.ts'
import { type S3, startS3 } from './object-suite/s3-fixture.ts'
import { compareQueues } from './queue-suite/queue-commands.ts'
import { memoryQueueFixture } from './queue-suite/queue-fixture.ts'
import { type Sqs, startSqs } from './queue-suite/sqs-fixture.ts'

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

  it('of the tables', { timeout: 600_000 }, async ({ task }) => {
    const { store, close } = await openEngineStore()
    try {
      const open = { twin: () => new MemoryStore(), engine: () => store }
      await compareStores(open, { seed, runs: times(70), length: 60 })
    } finally {
      await close()
    }
    task.meta.counts = { 'random call sequences': times(70) }
  })

  it('of a queue', { timeout: 600_000 }, async ({ task }) => {
    await compareQueues(
      { twin: memoryQueueFixture, engine: () => sqs.fixture() },
      { seed, runs: times(70), length: 80 },
    )
    task.meta.counts = { 'random call sequences': times(70) }
  })

  it.for([false, true])('of a bucket (versions kept: %s)', { timeout: 600_000 }, async (versioned, { task }) => {
    const engine = () => s3.fixture({ versioned })
    await compareObjects({ twin: memoryObjectFixture, engine }, { seed, runs: times(25), length: 60 })
    task.meta.counts = { 'random call sequences': times(25) }
  })

  it.for(sagas.map((saga) => ({ name: titleOf(saga), saga })))(
    'of the state machine of the saga $name',
    { timeout: 600_000 },
    async ({ saga }, { task }) => {
      const open = { twin: simulatedMachineFixture, engine: stepFunctionsFixture }
      await compareMachines(saga, open, { seed, runs: times(8), length: 50 })
      task.meta.counts = { 'random call sequences': times(8) }
    },
  )

  listPages(() => s3.fixture({ versioned: true }))
})

describe(`a table with a stream, on which transactions meet (SEED=${seed})`, () => {
  let streamed: StreamedTable
  beforeAll(async () => {
    streamed = await startStreamedTable()
  })
  afterAll(() => streamed?.stop())

  it('has in its stream what the simulation hears of', { timeout: 600_000 }, async ({ task }) => {
    await compareStreams(streamed, { seed, runs: times(40), length: 40 })
    task.meta.counts = { 'random call sequences': times(40) }
  })

  it('is told apart from a simulation that hears of a transaction whenever it is sent', async () => {
    const twice = compareStreams(streamed, {
      seed,
      // One in thirty shows it.
      runs: 600,
      length: 40,
      hears: (hear) => (writes) => {
        hear(writes)
        if (writes.length > 1) hear(writes)
      },
    })
    await expect(twice).rejects.toThrow(/Counterexample/)
  }, 600_000)

  it.each(Object.entries(questions))(
    'answers as the twin, beside a transaction or after it: %s',
    async (_, ask) => {
      const { meanwhile, afterwards } = await answersOfTwin(ask)
      const answers = await answersOfEngine(streamed.store, ask, 30)
      for (const answer of answers) expect([meanwhile, afterwards]).toContainEqual(answer)
      expect(answers, 'none of them was sent while the transaction was under way').toContainEqual(meanwhile)
    },
    60_000,
  )
})
