import { afterAll, beforeAll, describe, it } from 'vitest'
import { runsEveryCase, seed } from '../fixtures/sample.ts'
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

  it('of a queue', async () => {
    await compareQueues({ twin: memoryQueueBed, engine: () => sqs.bed() }, { seed, runs: times(100), length: 80 })
  }, 600_000)

  it.each([false, true])(
    'of a bucket (versions kept: %s)',
    async (versioned) => {
      const engine = () => s3.bed({ versioned })
      await compareObjects({ twin: memoryObjectBed, engine }, { seed, runs: times(40), length: 60 })
    },
    600_000,
  )

  listPages(() => s3.bed({ versioned: true }))
})
