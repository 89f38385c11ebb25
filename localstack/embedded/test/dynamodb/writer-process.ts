/** Run by a test that kills it: writes items one after the other and prints each one's number once it is acknowledged. */
import { startDynamoDb } from '../../dynamodb/start-dynamodb.ts'
import type { TableProperties } from '../../dynamodb/tables.ts'

const [dataDir = '', tables = '[]', from = '0'] = process.argv.slice(2)
const db = await startDynamoDb({
  dataDir,
  tables: JSON.parse(tables) as TableProperties[],
  wakeups: { notify: () => {}, wait: async () => {} },
  log: { info: () => {}, warn: () => {} },
})
console.log(`engine ${db.enginePid()}`)
for (let number = Number(from); ; number++) {
  const item = (sk: string) => ({ Put: { TableName: 'Tickets', Item: { pk: { S: `w${number}` }, sk: { S: sk } } } })
  const input = { TransactItems: [item('A'), item('B')], ClientRequestToken: `token-${number}` }
  await db.dynamodb.handle('TransactWriteItems', input, { kind: 'developer' })
  console.log(`wrote ${number}`)
}
