import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../sqs/storage/database.ts'
import { at, ownFolder, ownSqs } from './sqs-fixture.ts'

describe('the file of the queues', () => {
  it('keeps messages, those in flight included, over a restart', async () => {
    const sqs = ownSqs()
    await sqs.create('q')
    for (const MessageBody of ['a', 'b']) await sqs.ask('SendMessage', { ...at('q'), MessageBody })
    const [taken] = await sqs.receive('q', { MaxNumberOfMessages: 1 })
    await sqs.restart()
    expect(await sqs.bodies('q')).toEqual(['b'])
    await sqs.ask('DeleteMessage', { ...at('q'), ReceiptHandle: taken?.ReceiptHandle })
    sqs.clock.nowMs += 30_000
    expect(await sqs.bodies('q')).toEqual(['b'])
  })

  it('belongs to one process', () => {
    const sqs = ownSqs()
    expect(() => ownSqs(sqs.dataDir)).toThrow('queues.db is in use by another process')
  })

  it('is refused in one line when it is something else', () => {
    const dataDir = ownFolder()
    const other = new DatabaseSync(join(dataDir, 'queues.db'))
    other.exec('CREATE TABLE thesis (text)')
    other.close()
    expect(() => ownSqs(dataDir)).toThrow(/^.*queues\.db is not a file of queues: .* --fresh, .*$/)
  })

  it('is refused in one line when it is damaged', async () => {
    const sqs = ownSqs()
    await sqs.create('q')
    await sqs.queues.stop()
    const file = join(sqs.dataDir, 'queues.db')
    writeFileSync(file, readFileSync(file).fill(7, 0, 100))
    expect(() => ownSqs(sqs.dataDir)).toThrow(/^The database .*queues\.db is damaged \(.*\): .* --fresh, .*$/)
  })

  it('commits before anything is answered, many calls of one turn together', async () => {
    const sqs = ownSqs()
    await sqs.create('q')
    // The order in which a call is stored, told to others, and answered.
    const events: string[] = []
    sqs.onNotify = (topic) => void events.push(topic)
    const bodies = ['a', 'b', 'c']
    await Promise.all(
      bodies.map(async (MessageBody) => {
        await sqs.ask('SendMessage', { ...at('q'), MessageBody })
        events.push(MessageBody)
      }),
    )
    expect(events).toEqual(['sqs:q', ...bodies])
  })

  it('that is full refuses what was written in the same turn, says so, and goes on', async () => {
    const warnings: string[] = []
    const log = { info() {}, warn: (message: string) => void warnings.push(message) }
    const db = openDatabase(join(ownFolder(), 'queues.db'), log)
    const remember = (name: string) => db.prepare('INSERT INTO deletedQueues VALUES (?, 1)').run(name)
    const pages = Number(db.prepare('PRAGMA page_count').get()?.page_count)
    db.prepare(`PRAGMA max_page_count = ${pages + 1}`).get()
    const small = db.write(() => remember('small')) && db.committed()
    await small
    expect(() => db.write(() => remember('x'.repeat(100_000)))).toThrow('full')
    await db.committed().catch(() => {})
    db.prepare('PRAGMA max_page_count = 1000').get()
    db.write(() => remember('later'))
    await db.committed()
    const names = db.prepare('SELECT name FROM deletedQueues ORDER BY name').all()
    expect(names.map(({ name }) => name)).toEqual(['later', 'small'])
    db.close()
  })
})
