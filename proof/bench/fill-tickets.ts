import { randomBytes } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Row, TableName } from '../../tables/store.ts'
import { scanAll } from '../scan.ts'
import { clientConfig, type Target } from '../target.ts'

/** BatchWriteItem takes 25 rows. */
const batchSize = 25
const batchesAtOnce = 8

/** Where a ticket's rows are. */
const tables = ['Tickets', 'Events'] as const satisfies TableName[]

/**
 * Stores `count` copies of a ticket beside it: header, messages and events, each with an id of its own, written directly to the tables.
 * The ticket is as its tenant's others, so indexes grow as they would by requests.
 */
export async function fillTickets(
  { store, edgeUrl, outputs }: Target,
  ticketId: string,
  count: number,
  onProgress: (stored: number) => void,
): Promise<void> {
  const templates = await Promise.all(
    tables.map(async (table) => {
      const rows = (await scanAll(store, table)).map((row) => JSON.stringify(row))
      return { name: outputs[`${table}Table`] ?? '', rows: rows.filter((text) => text.includes(ticketId)) }
    }),
  )
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(clientConfig(edgeUrl)))
  const perTicket = templates.reduce((sum, { rows }) => sum + rows.length, 0)
  const ticketsPerBatch = Math.max(1, Math.floor(batchSize / perTicket))
  let planned = 0
  let stored = 0
  const worker = async () => {
    while (planned < count) {
      const tickets = Math.min(ticketsPerBatch, count - planned)
      planned += tickets
      const ids = Array.from({ length: tickets }, () => idLike(ticketId))
      const RequestItems = Object.fromEntries(
        templates.map(({ name, rows }) => [
          name,
          ids.flatMap((id) =>
            rows.map((text) => ({ PutRequest: { Item: JSON.parse(text.replaceAll(ticketId, id)) as Row } })),
          ),
        ]),
      )
      await client.send(new BatchWriteCommand({ RequestItems }))
      stored += tickets
      onProgress(stored)
    }
  }
  try {
    await Promise.all(Array.from({ length: batchesAtOnce }, worker))
  } finally {
    client.destroy()
  }
}

/** A text of the same length and characters as an id. */
function idLike(id: string): string {
  const random = [...randomBytes(id.length)]
  return [...id].map((char, at) => (/[0-9a-f]/i.test(char) ? (random[at] ?? 0).toString(16).at(-1) : char)).join('')
}
