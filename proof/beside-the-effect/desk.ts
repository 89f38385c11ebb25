import { randomUUID } from 'node:crypto'
import { IdempotencyConfig } from '@aws-lambda-powertools/idempotency'
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb'
import { makeHandlerIdempotent } from '@aws-lambda-powertools/idempotency/middleware'
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { runtime } from '../../app/environment.ts'
import { executeCommand } from '../../app/execute-command.ts'
import { openTicket } from '../../domain/open-ticket.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import type { Store } from '../../tables/store.ts'
import { clientConfig, type Target } from '../target.ts'

/** A request to open a ticket, with the client's idempotency key. */
export interface DeskRequest {
  key: string
  tenant: string
  requester: string
  title: string
}

/**
 * A help desk that keeps its idempotency records beside the effect: Powertools' middleware around a business write that knows nothing of
 * them. It runs in this process, against the target's tables, and only inside a scenario.
 */
export interface Desk {
  /**
   * Handles one copy of a request, and waits for `beforeWrite` between its record and its business write. After `remainingMs`, the time
   * that its invocation has left, Powertools lets others take over its record. Resolves with the id of the ticket. Rejects, as the
   * middleware does, for a copy that is refused.
   */
  open(request: DeskRequest, options?: { remainingMs?: number; beforeWrite?: () => Promise<void> }): Promise<string>
}

/** Lets `use` work with a desk, whose records are in a table of their own that is deleted afterwards. */
export async function withDesk(target: Target, tableName: string, use: (desk: Desk) => Promise<void>): Promise<void> {
  const client = new DynamoDBClient(clientConfig(target.edgeUrl))
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  )
  try {
    await use(deskOver(target.migrated, client, tableName))
  } finally {
    await client.send(new DeleteTableCommand({ TableName: tableName }))
  }
}

function deskOver(store: Store, client: DynamoDBClient, tableName: string): Desk {
  return {
    async open(request, { remainingMs = 30_000, beforeWrite } = {}) {
      // One instance and one configuration for each copy, as if each ran in an execution environment of its own.
      const idempotency = makeHandlerIdempotent({
        persistenceStore: new DynamoDBPersistenceLayer({ tableName, awsSdkV3Client: client }),
        config: new IdempotencyConfig({ eventKeyJmesPath: 'key' }),
      })
      const open = async (event: DeskRequest) => {
        await beforeWrite?.()
        return openWithoutKey(store, event)
      }
      // Middy's own timer would stop a slow copy in time; a freeze, a long pause or a lost answer don't.
      const handler = middy(open, { timeoutEarlyInMillis: 0 }).use(idempotency)
      return (await handler(request, { getRemainingTimeInMillis: () => remainingMs } as Context)) as string
    },
  }
}

/** The business write: this project's own, in one transaction, but under a key that no other copy has. Throws when it fails. */
async function openWithoutKey(store: Store, { tenant, requester, title }: DeskRequest): Promise<string> {
  const key = randomUUID()
  const id = randomUUID()
  const result = await executeCommand(store, runtime, {
    tenant,
    actor: { id: requester, role: 'customer' },
    key: { tenant, operation: 'POST /tickets', key },
    fingerprint: sha256Hex(key),
    correlationId: randomUUID(),
    receivedAt: new Date(runtime.now()).toISOString(),
    aggregate: { type: 'ticket', id },
    reads: {},
    ids: { target: id, message: randomUUID() },
    decide: (state, by) => openTicket(state, { title, body: title, priority: 'normal', ...by }),
    toResponse: ({ version }) => ({ status: 201, headers: {}, body: JSON.stringify({ id, version }) }),
  })
  if (result.status !== 'succeeded') throw new Error(`the desk could not open a ticket: ${JSON.stringify(result)}`)
  return id
}
