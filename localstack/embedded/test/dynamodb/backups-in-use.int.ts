import { expect, it } from 'vitest'
import { openBackupStore } from '../../dynamodb/backup-store.ts'
import { createBackups } from '../../dynamodb/backups.ts'
import type { EngineStore } from '../../dynamodb/engine-store.ts'
import { ownFolder } from './own-dynamodb.ts'
import { slowEngine } from './slow-engine.ts'

const backup = {
  arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/Tickets/backup/1',
  name: 'nightly',
  tableName: 'Tickets',
  createdAtMs: 0,
  table: { KeySchema: [], AttributeDefinitions: [] },
}
const itemsUpTo = (count: number) => Array.from({ length: count }, (_, n) => JSON.stringify({ pk: { S: `p${n}` } }))

function ownBackups() {
  const store = openBackupStore(`${ownFolder()}/backups.db`)
  const { engine, tables } = slowEngine()
  const engineStore = { forgetTable: () => {} } as unknown as EngineStore
  const parts = { engine, store: engineStore, backups: store, databasePath: '', now: Date.now }
  const operations = createBackups(parts)
  const call = async (operation: string, input: object) => operations.operation(operation)?.({ ...input })
  return { store, tables, call }
}

it('a backup is deleted only when no restore reads it any more, so the table gets all its items', async () => {
  const { store, tables, call } = ownBackups()
  await store.add(backup, itemsUpTo(60))
  const restores = ['One', 'Two'].map((TargetTableName) =>
    call('RestoreTableFromBackup', { BackupArn: backup.arn, TargetTableName }),
  )
  while (!tables.get('One')?.length) await new Promise((resolve) => setTimeout(resolve, 1))
  const deletion = () => call('DeleteBackup', { BackupArn: backup.arn })
  await expect(deletion()).rejects.toMatchObject({ code: 'BackupInUseException' })
  await Promise.all(restores)
  expect([...tables.values()].map((items) => items.length)).toEqual([60, 60])
  expect(await deletion()).toMatchObject({ BackupDescription: { BackupDetails: { BackupStatus: 'DELETED' } } })
  store.close()
})
