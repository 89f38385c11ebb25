import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { findEngineBinary } from '../../dynamodb/engine-binary.ts'
import { developer, itemKey, ownDynamoDb, ownFolder, put, readStream, tickets } from './own-dynamodb.ts'

const script = join(import.meta.dirname, 'writer-process.ts')

/** Lets a process of its own write until so many writes are acknowledged, then kills it without warning. */
async function writeAndKill(dataDir: string, from: number, writes: number) {
  const writer = spawn(process.execPath, [script, dataDir, JSON.stringify([tickets]), String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let enginePid = 0
  let last = -1
  for await (const line of createInterface({ input: readable(writer) })) {
    const [word, number] = line.split(' ')
    if (word === 'engine') enginePid = Number(number)
    else last = Number(number)
    if (last - from + 1 === writes) writer.kill('SIGKILL')
  }
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit')
  return { enginePid, last }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function readable({ stdout }: ChildProcess) {
  if (!stdout) throw new Error('the writer has no output')
  return stdout
}

describe('a stack that is killed during writes', () => {
  it('has every acknowledged write and no partial one at its next start, and its engine ends with it', async () => {
    const dataDir = ownFolder()
    const acknowledged: number[] = []
    let from = 0
    for (let round = 0; round < 4; round++) {
      const { enginePid, last } = await writeAndKill(dataDir, from, 40)
      expect(last).toBeGreaterThanOrEqual(from + 39)
      await expect.poll(() => isAlive(enginePid)).toBe(false)
      const db = await ownDynamoDb({ dataDir })
      const { Items } = (await db.dynamodb.handle('Scan', { TableName: 'Tickets' }, developer)) as {
        Items: { pk: { S: string }; sk: { S: string } }[]
      }
      const halves = (number: number) => Items.filter((item) => item.pk.S === `w${number}`).length
      for (let number = from; number <= last; number++) acknowledged.push(number)
      expect(acknowledged.filter((number) => halves(number) !== 2)).toEqual([])
      // One more may have been committed with its answer lost, but then whole.
      expect([0, 2]).toContain(halves(last + 1))
      const again = await db.dynamodb.handle('TransactWriteItems', transaction(last), developer)
      expect(again).toEqual({})
      await expect(
        db.dynamodb.handle('TransactWriteItems', transaction(last, 'other'), developer),
      ).rejects.toMatchObject({
        code: 'IdempotentParameterMismatchException',
      })
      await db.stop()
      from = last + 2
    }
  })

  it('ends an orphaned engine that still holds its file', async () => {
    const dataDir = ownFolder()
    const first = await ownDynamoDb({ dataDir })
    await put(first, 'a')
    await first.stop()
    const path = `${dataDir}/dynamodb/data.db`
    const orphan = spawn(findEngineBinary(), ['--port', '0', '--db-path', path], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    await once(orphan.stderr, 'data')
    writeFileSync(`${dataDir}/dynamodb/engine.pid`, `${orphan.pid}`)
    const exited = once(orphan, 'exit')
    try {
      const second = await ownDynamoDb({ dataDir })
      await put(second, 'b')
      expect((await exited)[1]).toBe('SIGKILL')
    } finally {
      orphan.kill('SIGKILL')
    }
  })

  it('serves its data again after only its engine was killed', async () => {
    const db = await ownDynamoDb()
    await put(db, 'before')
    const pid = db.enginePid()
    process.kill(pid, 'SIGKILL')
    await expect
      .poll(
        () =>
          put(db, 'after').then(
            () => 'written',
            (error: Error) => error.name,
          ),
        { timeout: 10_000 },
      )
      .toBe('written')
    expect(db.enginePid()).not.toBe(pid)
    const { Item } = (await db.dynamodb.handle(
      'GetItem',
      { TableName: 'Tickets', Key: itemKey('before') },
      developer,
    )) as {
      Item: unknown
    }
    expect(Item).toEqual(itemKey('before'))
    expect((await readStream(db)).map((record) => record.dynamodb.Keys.pk.S)).toEqual(['before', 'after'])
  })
})

function transaction(number: number, other = '') {
  const item = (sk: string) => ({ Put: { TableName: 'Tickets', Item: { pk: { S: `w${number}` }, sk: { S: sk } } } })
  return { TransactItems: [item('A'), item(`B${other}`)], ClientRequestToken: `token-${number}` }
}
