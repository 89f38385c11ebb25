import { randomUUID } from 'node:crypto'
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency'
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb'
import { CreateTableCommand, DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import type { Context } from 'aws-lambda'
import { runtime } from '../../../app/environment.ts'
import { executeCommand } from '../../../app/execute-command.ts'
import type { ApiResponse } from '../../../app/http/response.ts'
import { openStore } from '../../../app/open-store.ts'
import { DynamoStore } from '../../../tables/dynamo-store.ts'
import { aggregateKey } from '../../../tables/keys.ts'
import { readRow } from '../../../tables/read-row.ts'
import { isUnexpired, putRequestKey, requestKeyRow, retentionHours } from '../../../tables/request-keys.ts'
import type { Store } from '../../../tables/store.ts'
import { engineTables } from '../../engine-store.ts'
import { actorOf, decideOf, fingerprintOf, freshIds, keyOf, openTicket, responseTo } from './open-ticket.ts'
import type { OpenRequest, WriteMethod, WriteMethods } from './write-method.ts'

/** Where Powertools keeps its records. */
const recordsTable = 'IdempotencyRecords'

export async function createRecordsTable(config: DynamoDBClientConfig): Promise<void> {
  const client = new DynamoDBClient(config)
  const create = new CreateTableCommand({
    TableName: recordsTable,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  })
  await client.send(create).finally(() => client.destroy())
}

/** Each method as a warm function has it: one store, one client, one instance for all requests. */
export function writeMethods(config: DynamoDBClientConfig): WriteMethods {
  const store = openStore(new DynamoStore(engineTables, config), runtime)
  return {
    steadfast: (request) => withKeyInTransaction(store, request),
    powertools: withPowertools(store, new DynamoDBClient(config)),
    naive: (request) => readThenWrite(store, request),
  }
}

/** This project's write path, without HTTP: one read, one transaction. */
async function withKeyInTransaction(store: Store, request: OpenRequest): Promise<ApiResponse> {
  const ids = freshIds()
  const result = await executeCommand(store, runtime, {
    tenant: request.tenant,
    actor: actorOf(request),
    key: keyOf(request),
    fingerprint: fingerprintOf(request),
    correlationId: randomUUID(),
    receivedAt: new Date(runtime.now()).toISOString(),
    aggregate: { type: 'ticket', id: ids.target },
    reads: {},
    ids,
    decide: decideOf(request),
    toResponse: responseTo,
  })
  if (result.status !== 'succeeded') throw new Error(`the write path answered ${result.status}`)
  return result.response
}

/**
 * A record "in progress" before the write, completed with the response after it, as AWS documents it. It also compares
 * payloads, because the others do.
 */
function withPowertools(store: Store, client: DynamoDBClient): WriteMethod {
  const handler = makeIdempotent(
    (request: OpenRequest, _context: Context): Promise<ApiResponse> => openTicket(store, request),
    {
      persistenceStore: new DynamoDBPersistenceLayer({ tableName: recordsTable, awsSdkV3Client: client }),
      config: new IdempotencyConfig({
        eventKeyJmesPath: '[tenant, key]',
        payloadValidationJmesPath: '[requester, payload]',
        throwOnNoIdempotencyKey: true,
        expiresAfterSeconds: retentionHours * 3600,
      }),
    },
  )
  const context = { getRemainingTimeInMillis: () => 30_000 } as Context
  return (request) => handler(request, context)
}

/**
 * Is there an answer? If not: write, then store the answer. Two copies at the same time both write, and so does a copy after a crash
 * between the two writes. It is here to show what being right costs.
 */
async function readThenWrite(store: Store, request: OpenRequest): Promise<ApiResponse> {
  const fingerprint = fingerprintOf(request)
  const key = keyOf(request)
  const stored = await readRow(store, requestKeyRow(key))
  if (stored && isUnexpired(stored, runtime.now())) {
    if (stored.fingerprint !== fingerprint) throw new Error('this key was used for another payload')
    return stored.answer
  }
  const ids = freshIds()
  const answer = await openTicket(store, request, ids)
  const { tenant, requester: actor } = request
  const nowMs = runtime.now()
  const record = {
    fingerprint,
    answer,
    actor,
    token: runtime.newId(),
    aggregate: aggregateKey(tenant, { type: 'ticket', id: ids.target }),
    seq: 1,
    correlationId: randomUUID(),
    createdAt: new Date(nowMs).toISOString(),
  }
  await store.write(putRequestKey(key, record, nowMs))
  return answer
}
