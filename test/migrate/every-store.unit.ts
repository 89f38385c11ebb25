import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { withArchivedEvents } from '../../app/archive/archived-events.ts'
import { runtime, storeFromEnvironment } from '../../app/environment.ts'
import { MigratedStore } from '../../app/migrate/migrated-store.ts'
import { noopObserver } from '../../app/observer.ts'
import { openStore } from '../../app/open-store.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { reconcileDeps } from '../../proof/reconcile/reconcile-deps.ts'
import { openTarget } from '../../proof/target.ts'
import { MemoryStore } from '../../tables/memory-store.ts'

const archive = new MemoryObjectStore()
const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-store-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

describe('the store that a command is given', () => {
  it('knows the stage of a migration, in a function with archived events and in one without', () => {
    for (const store of [
      storeFromEnvironment({ env: {} }),
      storeFromEnvironment({ env: {}, below: (tables) => withArchivedEvents(tables, archive) }),
    ])
      expect(store).toBeInstanceOf(MigratedStore)
  })

  it('knows it also in an operator’s command, with its consumers', () => {
    const names = ['NotificationMachineArn', 'WebhookMachineArn', 'AttachmentMachineArn', 'RemovalMachineArn']
    const outputs = ['RunsTable', 'AttachmentsBucket', 'ArchiveBucket', ...names].map((name) => [name, name])
    const outputsFile = join(dataDir, 'outputs.json')
    writeFileSync(outputsFile, JSON.stringify({ ApiUrl: 'http://127.0.0.1:1/api', ...Object.fromEntries(outputs) }))
    const target = openTarget({ dataDir })
    expect(target.migrated).toBeInstanceOf(MigratedStore)
    expect(reconcileDeps(target, { runtime, observer: noopObserver }).store).toBe(target.migrated)
  })

  it('can’t be hidden below the archived events', () => {
    const migrated = openStore(new MemoryStore(), runtime)
    // @ts-expect-error: the store of migrations goes above, by `openStore`.
    expect(() => withArchivedEvents(migrated, archive)).not.toThrow()
  })

  it('is made in one place, and every program that changes tickets or feeds consumers of a target takes it', () => {
    const files = globSync('{app,functions,commands,proof,scenarios,sagas}/**/*.ts')
    const withText = (text: RegExp) => files.filter((file) => text.test(readFileSync(file, 'utf8'))).sort()
    expect(withText(/new MigratedStore\(/)).toEqual(['app/open-store.ts', 'proof/migration/previous-version.ts'])
    const onTarget = withText(/\b(executeCommand|assignByFaultyRelease|orderedConsumers)\(/).filter((file) =>
      /\b(target\.|(open|reach)Target\(|: Target\b)/.test(readFileSync(file, 'utf8')),
    )
    const withMigrated = withText(/\bmigrated\b/)
    // Archiving moves stored bytes, and only asks its consumers for their checkpoints.
    expect(onTarget.filter((file) => !withMigrated.includes(file))).toEqual(['commands/archive.ts'])
  })
})
