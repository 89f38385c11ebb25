import { describe, expect, it } from 'vitest'
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

describe('a backup of many items', () => {
  it('is copied beside other writes, such as the end of a restore', async () => {
    const { store } = ownBackups()
    let turns = 0
    function* items() {
      for (const item of itemsUpTo(1200)) {
        if (++turns % 400 === 0) store.keepRestore('Restored', {}, true)
        yield item
      }
    }
    await store.add(backup, items())
    expect(store.restoreOf('Restored')?.done).toBe(true)
    expect([...store.itemsOf(backup.arn)]).toEqual(itemsUpTo(1200))
    expect(store.get(backup.arn)?.itemCount).toBe(1200)
    store.close()
  })

  it('leaves none of them when it fails half way, and none after a stop', async () => {
    const path = `${ownFolder()}/backups.db`
    const store = openBackupStore(path)
    function* items() {
      yield* itemsUpTo(1200)
      throw new Error('the disk is full')
    }
    await expect(store.add(backup, items())).rejects.toThrow('the disk is full')
    expect([...store.itemsOf(backup.arn)]).toEqual([])
    const cutOff = expect(store.add(backup, itemsUpTo(1200))).rejects.toThrow()
    await new Promise((resolve) => setImmediate(resolve))
    store.close()
    await cutOff
    const again = openBackupStore(path)
    expect(again.list()).toEqual([])
    expect([...again.itemsOf(backup.arn)]).toEqual([])
    again.close()
  })
})
