import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Message, SendResult } from '../../gateways/queue.ts'
import { MemoryQueue } from '../../gateways/queue-memory.ts'
import { SqsQueue } from '../../gateways/queue-sqs.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { seed } from '../fixtures/sample.ts'
import { emulator } from './emulator.ts'
import { compareQueues } from './queue-suite/queue-commands.ts'
import { fixtureOf, memoryQueueFixture, receivesMax } from './queue-suite/queue-fixture.ts'
import { message, queueSuite } from './queue-suite/queue-suite.ts'
import { type Sqs, sqsAt, startSqs } from './queue-suite/sqs-fixture.ts'

let sqs: Sqs
beforeAll(async () => {
  sqs = emulator ? sqsAt(emulator) : await startSqs()
})
afterAll(() => sqs?.stop())

describe('a queue of SQS', () => queueSuite(() => sqs.fixture()))

describe.skipIf(emulator)(`any calls of the in-memory queue and of SQS (SEED=${seed})`, () => {
  it('have the same results', async () => {
    await compareQueues({ twin: memoryQueueFixture, engine: () => sqs.fixture() }, { seed, runs: 8, length: 40 })
  })

  it('are told apart when the in-memory queue forgets what it has deduplicated', async () => {
    const runtime = new ManualRuntime()
    const twin = async () => fixtureOf(new ForgetfulQueue(runtime.now, receivesMax), runtime)
    const compared = compareQueues({ twin, engine: () => sqs.fixture() }, { seed, runs: 8, length: 40 })
    await expect(compared).rejects.toThrow(/Counterexample: \[send\(.*send\(/)
  })
})

/** Its deduplication ends with the batch. */
class ForgetfulQueue extends MemoryQueue {
  #batches = 0

  override sendBatch(queueUrl: string, messages: readonly Message[]): Promise<SendResult[]> {
    this.#batches++
    const sent = messages.map((each) => ({ ...each, deduplicationId: `${each.deduplicationId} ${this.#batches}` }))
    return super.sendBatch(queueUrl, sent)
  }
}

const config = { region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }

describe('the SQS adapter', () => {
  it('returns a result per message: refused for a sender fault, failed for everything else', async () => {
    const answer = {
      Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody: createHash('md5').update('fine').digest('hex') }],
      Failed: [
        { Id: '1', SenderFault: true, Code: 'InvalidMessageContents' },
        { Id: '2', SenderFault: false, Code: 'InternalError' },
        { Id: '3', SenderFault: true, Code: 'RequestThrottled' },
      ],
    }
    const server = createServer((_, response) => response.end(JSON.stringify(answer)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const endpoint = `http://127.0.0.1:${port}`
    const sent = ['fine', 'malformed', 'unlucky', 'throttled', 'unnamed'].map((body) => message(body, body))
    const results = await new SqsQueue({ ...config, endpoint }).sendBatch(`${endpoint}/1/q.fifo`, sent)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    expect(results.map(({ status }) => status)).toEqual(['accepted', 'refused', 'failed', 'failed', 'failed'])
  })

  it('returns failed for every message, and does not throw, when the queue does not exist or can’t be reached', async () => {
    const sent = [message('a1', 'a'), message('b1', 'b')]
    const { endpoint } = sqs
    const missing = await new SqsQueue({ ...config, endpoint }).sendBatch(`${endpoint}/000000000000/none.fifo`, sent)
    expect(missing.map(({ status }) => status)).toEqual(['failed', 'failed'])
    const nowhere = new SqsQueue({ ...config, endpoint: 'http://127.0.0.1:1' })
    const unreached = await nowhere.sendBatch('http://127.0.0.1:1/000000000000/none.fifo', sent)
    expect(unreached.map(({ status }) => status)).toEqual(['failed', 'failed'])
  })
})
