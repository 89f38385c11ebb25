import { describe, expect, it } from 'vitest'
import { openBackupStore } from '../../dynamodb/backup-store.ts'
import type { EngineStore } from '../../dynamodb/engine-store.ts'
import { TableRestorer } from '../../dynamodb/table-restorer.ts'
import { slowEngine } from './slow-engine.ts'

describe('two restores of one table at the same moment', () => {
  it('are one: the other is refused, and the table is known to be half restored until it has all its items', async () => {
    const { engine, tables } = slowEngine()
    const backups = openBackupStore(':memory:')
    const store = { forgetTable: () => {} } as unknown as EngineStore
    const restorer = new TableRestorer({ engine, store, backups })
    const items = Array.from({ length: 60 }, (_, n) => JSON.stringify({ pk: { S: `p${n}` } }))
    const source = { KeySchema: [], AttributeDefinitions: [] }
    const restore = () => restorer.restore(source, { TargetTableName: 'Restored' }, {}, items)
    const first = restore()
    await expect(restore()).rejects.toMatchObject({ code: 'TableAlreadyExistsException' })
    expect(tables.get('Restored') ?? []).not.toHaveLength(60)
    while (!tables.get('Restored')?.length) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(backups.restoreOf('Restored')?.done).toBe(false)
    await first
    expect(backups.restoreOf('Restored')?.done).toBe(true)
    expect(tables.get('Restored')).toHaveLength(60)
    await expect(restore()).rejects.toMatchObject({ code: 'TableAlreadyExistsException' })
    expect(backups.restoreOf('Restored')?.done).toBe(true)
    backups.close()
  })
})
