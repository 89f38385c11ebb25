import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { findEngineBinary, startEngine } from 'embedded-aws/dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readStoredDataId } from '../../proof/stored-data-id.ts'
import { clientConfig } from '../../proof/target.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steadfast-data-id-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const TableName = 'steadfast-local-Events'

/** Runs `use` on the engine with this database. */
async function withEngine<T>(database: string, use: (edgeUrl: string, client: DynamoDBClient) => Promise<T>) {
  const engine = await startEngine({
    binary: findEngineBinary(),
    databasePath: join(folder, database),
    pidPath: join(folder, 'engine.pid'),
    log: { info() {}, warn() {} },
  })
  const edgeUrl = `http://${engine.address.host}:${engine.address.port}`
  const client = new DynamoDBClient(clientConfig(edgeUrl))
  try {
    return await use(edgeUrl, client)
  } finally {
    client.destroy()
    await engine.stop()
  }
}

const create = (client: DynamoDBClient) =>
  client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    }),
  )
const idAt = async (edgeUrl: string) => (await readStoredDataId({ outputs: { EventsTable: TableName }, edgeUrl })).id

describe('the id of stored data', () => {
  it('survives a restart, and changes when tables of the same name are created again or elsewhere', async () => {
    const first = await withEngine('one.sqlite', async (edgeUrl, client) => {
      await create(client)
      return idAt(edgeUrl)
    })
    const [restarted, recreated] = await withEngine('one.sqlite', async (edgeUrl, client) => {
      const same = await idAt(edgeUrl)
      await client.send(new DeleteTableCommand({ TableName }))
      await create(client)
      return [same, await idAt(edgeUrl)]
    })
    const elsewhere = await withEngine('other.sqlite', async (edgeUrl, client) => {
      await create(client)
      return idAt(edgeUrl)
    })
    expect(restarted).toBe(first)
    expect(new Set([first, recreated, elsewhere]).size).toBe(3)
  })

  it('cannot be read where there are no tables', async () => {
    await withEngine('one.sqlite', async (edgeUrl) => {
      await expect(idAt(edgeUrl)).rejects.toThrow(/not found/i)
    })
  })
})
