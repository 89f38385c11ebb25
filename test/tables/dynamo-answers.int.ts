import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DynamoStore } from '../../tables/dynamo-store.ts'
import type { Write } from '../../tables/store.ts'

const writes: Write[] = [
  { kind: 'put', table: 'Tickets', row: { pk: 'p', sk: 'a' }, when: { row: 'absent' } },
  { kind: 'put', table: 'Tickets', row: { pk: 'p', sk: 'b' } },
]
const reads = [{ table: 'Tickets', key: { pk: 'p', sk: 'a' } }] as const

type Respond = (response: ServerResponse, request: IncomingMessage) => void

const error =
  (name: string, status = 400, details: object = {}): Respond =>
  (response) => {
    response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0' })
    response.end(
      JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'rejected', ...details }),
    )
  }
const cancelled = (...codes: string[]) =>
  error('TransactionCanceledException', 400, { CancellationReasons: codes.map((Code) => ({ Code })) })
const resetConnection: Respond = (_, request) => request.socket.destroy()
const noAnswer: Respond = () => {}
const truncatedAnswer: Respond = (response) => {
  response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.0', 'Content-Length': '100' })
  response.write('{')
  setImmediate(() => response.destroy())
}

describe("DynamoDB's answers", () => {
  let server: Server
  let respond: Respond
  let requests: number
  let store: DynamoStore
  let config: DynamoDBClientConfig

  beforeEach(async () => {
    requests = 0
    server = createServer((request, response) => {
      request.resume().on('end', () => {
        requests++
        respond(response, request)
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    config = {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }
    const shortTimeout = { requestHandler: { requestTimeout: 200, throwOnRequestTimeout: true }, maxAttempts: 1 }
    store = new DynamoStore({ Tickets: 'Tickets' }, { ...config, ...shortTimeout })
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const answersToTransaction: [name: string, respond: Respond, expected: object][] = [
    ['success', (response) => response.end('{}'), { status: 'committed' }],
    [
      'a failed condition',
      cancelled('ConditionalCheckFailed', 'None'),
      { status: 'cancelled', reasons: [{ code: 'condition' }, { code: 'none' }] },
    ],
    [
      'a conflict',
      cancelled('None', 'TransactionConflict'),
      { status: 'cancelled', reasons: [{ code: 'none' }, { code: 'conflict' }] },
    ],
    [
      'throttling of rows',
      cancelled('ThrottlingError', 'ProvisionedThroughputExceeded'),
      { status: 'cancelled', reasons: [{ code: 'throttled' }, { code: 'throttled' }] },
    ],
    ['throttling', error('ThrottlingException'), { status: 'throttled' }],
    ['throughput exceeded', error('ProvisionedThroughputExceededException'), { status: 'throttled' }],
    ['a request limit', error('RequestLimitExceeded'), { status: 'throttled' }],
    ['the same token still in progress', error('TransactionInProgressException'), { status: 'unknown' }],
    ['an internal error', error('InternalServerError', 500), { status: 'unknown' }],
    ['an unavailable service', error('ServiceUnavailable', 503), { status: 'unknown' }],
    ['an answer of some other server', (response) => response.writeHead(502).end('<html>'), { status: 'unknown' }],
    ['a connection reset', resetConnection, { status: 'unknown' }],
    ['a truncated answer', truncatedAnswer, { status: 'unknown' }],
    ['no answer in time', noAnswer, { status: 'unknown' }],
  ]

  it.each(answersToTransaction)(
    'to a transaction are classified after a single request: %s',
    async (_, answer, expected) => {
      respond = answer
      expect(await store.transactWrite(writes, 'token')).toMatchObject(expected)
      expect(requests).toBe(1)
    },
  )

  it('to a transaction are awaited for a shorter time than a function has', async () => {
    respond = noAnswer
    const deployed = new DynamoStore({ Tickets: 'Tickets' }, config)
    expect(await deployed.transactWrite(writes, 'token')).toMatchObject({ status: 'unknown' })
    expect(requests).toBe(1)
  })

  it('to a transaction that is invalid or not permitted are thrown', async () => {
    for (const answer of [
      error('ValidationException'),
      error('AccessDeniedException'),
      error('IdempotentParameterMismatchException'),
      cancelled('ValidationError', 'None'),
    ]) {
      respond = answer
      await expect(store.transactWrite(writes, 'token')).rejects.toThrow('rejected')
    }
  })

  it('to a transactional read are outcomes when they are a conflict or throttling, and thrown otherwise', async () => {
    respond = cancelled('TransactionConflict')
    expect(await store.transactRead(reads)).toEqual({ status: 'conflict' })
    respond = error('ThrottlingException')
    expect(await store.transactRead(reads)).toEqual({ status: 'throttled' })
    for (const answer of [resetConnection, noAnswer, error('InternalServerError', 500), error('ValidationException')]) {
      respond = answer
      await expect(store.transactRead(reads)).rejects.toThrow()
    }
  })

  it('to a batch of reads are rows, or say which were left out: by a limit of the database, or all by throttling', async () => {
    const [a] = reads
    const b = { table: 'Tickets', key: { pk: 'p', sk: 'b' } } as const
    const item = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk } })
    const answer = { Responses: { Tickets: [item('b')] }, UnprocessedKeys: { Tickets: { Keys: [item('a')] } } }
    respond = (response) => response.end(JSON.stringify(answer))
    expect(await store.batchRead([a, b])).toEqual({ rows: [undefined, b.key], unprocessed: [0] })
    respond = error('ProvisionedThroughputExceededException')
    expect(await store.batchRead([a, b])).toEqual({ rows: [undefined, undefined], unprocessed: [0, 1] })
    for (const other of [resetConnection, noAnswer, error('InternalServerError', 500), error('ValidationException')]) {
      respond = other
      await expect(store.batchRead([a, b])).rejects.toThrow()
    }
  })

  it('to a single write that are conflicts are followed by a bounded number of repeats', async () => {
    const [write] = writes
    if (!write) throw new Error('no write')
    const conflict = error('TransactionConflictException')
    respond = (...args) => (requests < 3 ? conflict(...args) : args[0].end('{}'))
    expect(await store.write(write)).toEqual({ status: 'done' })
    expect(requests).toBe(3)
    requests = 0
    respond = (...args) => {
      // More than are ever sent: a retry without a bound ends here, with another result than is expected.
      if (requests > 20) return args[0].end('{}')
      return conflict(...args)
    }
    await expect(store.write(write)).rejects.toThrow('rejected')
    expect(requests).toBe(8)
  })

  it('to a single write are outcomes when it is done or its condition failed, and thrown otherwise', async () => {
    const [write] = writes
    if (!write) throw new Error('no write')
    respond = error('ConditionalCheckFailedException', 400, { Item: { pk: { S: 'p' }, n: { N: '7' } } })
    expect(await store.write(write)).toEqual({ status: 'condition-failed', row: { pk: 'p', n: 7 } })
    for (const answer of [resetConnection, noAnswer, error('ProvisionedThroughputExceededException')]) {
      respond = answer
      await expect(store.write(write)).rejects.toThrow()
    }
  })
})

describe('a store without a table name', () => {
  it('throws an error that names the table', async () => {
    await expect(new DynamoStore({}, { region: 'us-east-1' }).get(reads[0])).rejects.toThrow(/Tickets/)
  })
})
