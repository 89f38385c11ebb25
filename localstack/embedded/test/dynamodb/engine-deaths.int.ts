import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { AwsError } from '../../aws-error.ts'
import { startEngine } from '../../dynamodb/engine.ts'
import { findEngineBinary } from '../../dynamodb/engine-binary.ts'
import { createEngineClient, type EngineClient } from '../../dynamodb/engine-client.ts'
import { rememberFatalRequests } from '../../dynamodb/fatal-requests.ts'
import { createRestarts } from '../../dynamodb/restarts.ts'
import { ownDynamoDb, ownFolder, put, tickets } from './own-dynamodb.ts'

describe('an engine that keeps ending', () => {
  it('pauses after 20 deaths within a minute, and is started again at once when they are long past', () => {
    let now = 1_000_000
    const restarts = createRestarts(() => now)
    const pauses = Array.from({ length: 20 }, () => {
      now += 1_000
      return restarts.pauseAfterDeath()
    })
    expect(pauses).toEqual([...Array(19).fill(0), 41_000])
    now += 41_000
    expect(restarts.pauseAfterDeath()).toBe(1_000)
    now += 60_000
    expect(restarts.pauseAfterDeath()).toBe(0)
  })

  it('serves again after far more deaths than the limit, when there is time between them', async () => {
    const folder = ownFolder()
    let now = 0
    const engine = await startEngine({
      binary: findEngineBinary(),
      databasePath: join(folder, 'data.db'),
      pidPath: join(folder, 'engine.pid'),
      log: { info: () => {}, warn: () => {} },
      now: () => (now += 10_000),
    })
    const client = createEngineClient(engine.address)
    const list = () => client.call('DynamoDB_20120810.ListTables', {})
    for (let death = 0; death < 22; death++) {
      const pid = engine.pid()
      process.kill(pid, 'SIGKILL')
      await expect.poll(() => engine.pid()).not.toBe(pid)
      await expect.poll(() => list().catch(() => undefined)).toEqual({ TableNames: [] })
    }
    client.close()
    await engine.stop()
  })
})

describe('a request of which the engine died', () => {
  const notFatal = (body: string) => !body.includes('fatal')

  /** An engine that crashes of requests that say so, losing the answers of all that are in flight. */
  function crashing() {
    const sent: string[] = []
    let lose: ((error: Error) => void)[] = []
    const client: EngineClient = {
      send: (_, body) =>
        new Promise((resolve, reject) => {
          sent.push(String(body))
          lose.push(reject)
          if (notFatal(String(body))) setImmediate(resolve, { status: 200, body: Buffer.from('{}') })
          else
            setImmediate(() => {
              for (const end of lose.splice(0)) end(new AwsError('InternalServerError', 'no answer', 500))
              remembered.engineCrashed()
            })
        }),
      call: () => Promise.reject(new Error('unused')),
      close: () => {},
    }
    lose = []
    const remembered = rememberFatalRequests(client, () => 0)
    return { sent, send: (body: string) => remembered.client.send('Target', body) }
  }

  it('is refused when it comes again, and never sent', async () => {
    const { sent, send } = crashing()
    await expect(send('fatal')).rejects.toMatchObject({ status: 500 })
    await expect(send('fatal')).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('is not sent to it again'),
    })
    await expect(send('good')).resolves.toMatchObject({ status: 200 })
    expect(sent).toEqual(['fatal', 'good'])
  })

  it('is found among those that were in flight with it: each comes again alone, and the others succeed', async () => {
    const { sent, send } = crashing()
    const bodies = ['good 1', 'fatal', 'good 2']
    const first = await Promise.allSettled(bodies.map(send))
    const lost = bodies.filter((_, index) => first[index]?.status === 'rejected')
    expect(lost).toContain('fatal')
    await Promise.allSettled(lost.map(send))
    const third = await Promise.allSettled(bodies.map(send))
    expect(third.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(sent.filter((body) => body === 'fatal')).toHaveLength(2)
  })

  it('is not suspected when somebody killed the engine', async () => {
    const db = await ownDynamoDb()
    for (let kill = 0; kill < 2; kill++) {
      const written = put(db, 'a').catch(() => 'lost')
      process.kill(db.enginePid(), 'SIGKILL')
      await written
      await expect.poll(() => put(db, 'a').catch(() => 'lost')).not.toBe('lost')
    }
  })
})

// Windows runs no shell scripts.
describe.skipIf(process.platform === 'win32')('a binary of DYNOXIDE_BIN', () => {
  function script(version: string): string {
    const path = join(ownFolder(), 'dynoxide')
    writeFileSync(
      path,
      `#!/bin/sh\n[ "$1" = --version ] && echo '${version}' && exit\nexec '${findEngineBinary()}' "$@"\n`,
    )
    chmodSync(path, 0o755)
    return path
  }

  it('runs when it is newer than the tested one, and is told at the start', async () => {
    vi.stubEnv('DYNOXIDE_BIN', script('dynoxide 1.10.0'))
    const warnings: string[] = []
    const db = await ownDynamoDb({
      tables: [tickets],
      log: { info: (line) => void warnings.push(line), warn: () => {} },
    })
    await put(db, 'a')
    expect(warnings).toEqual(['DynamoDB runs on dynoxide 1.10.0 (DYNOXIDE_BIN); it is tested with 1.2.1'])
  })

  it.each([
    ['dynoxide 1.2.0', /^DYNOXIDE_BIN points at dynoxide 1\.2\.0, which is older than 1\.2\.1: .*$/],
    ['redis 8', /^DYNOXIDE_BIN points at .*, which does not answer --version as dynoxide does$/],
  ])('is refused in one line when it is older or something else: %s', async (version, message) => {
    vi.stubEnv('DYNOXIDE_BIN', script(version))
    await expect(ownDynamoDb()).rejects.toThrow(message)
  })
})
