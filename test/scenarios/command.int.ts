import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** What `npm run scenario -- …` prints where nobody watches: no terminal, no stack. */
async function run(...args: string[]) {
  const child = spawn(process.execPath, ['commands/run.mjs', 'scenario', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [printed, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { printed, errors, code }
}

describe('npm run scenario, that cannot run', { timeout: 120_000 }, () => {
  let dataDir: string
  let strange: Server
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'steadfast-scenario-'))
    // An API that knows nothing of faults.
    strange = createServer((_, response) => response.writeHead(404, { 'x-correlation-id': 'one' }).end()).listen(
      0,
      '127.0.0.1',
    )
    await new Promise((listening) => strange.once('listening', listening))
    const apiUrl = `http://127.0.0.1:${(strange.address() as AddressInfo).port}/api`
    writeFileSync(join(dataDir, 'outputs.json'), JSON.stringify({ ApiUrl: apiUrl }))
  })
  afterAll(() => {
    strange.close()
    rmSync(dataDir, { recursive: true })
  })

  it.each([
    ['a scenario that there is not', ['nonsense'], /^error: there is no scenario nonsense: .* list" names them\n$/],
    [
      'no stack was ever started',
      ['double-click', '--data', '/nowhere'],
      /^error: \S+ is not there: start the stack first \(npm start\)/,
    ],
    [
      'nothing answers there',
      ['double-click', '--target', 'http://127.0.0.1:1/api'],
      /^error: nothing answers at \S+: start the stack \(npm start\)/,
    ],
    [
      'the target can make no faults',
      ['mail-down'],
      /^error: mail-down needs faults at the edge, which \S+ can't make: /,
    ],
  ])('says in one line what to do: %s', async (_, args, line) => {
    const { printed, errors, code } = await run('--data', dataDir, ...args)
    expect(errors).toMatch(line)
    expect(errors.trim().split('\n')).toHaveLength(1)
    expect([printed, code]).toEqual(['', 1])
  })

  it('names the scenarios, with or without "list", in no more than 80 columns and without colours', async () => {
    const [named, bare] = await Promise.all([run('list'), run()])
    expect(named).toEqual(bare)
    expect(named.printed).toMatch(/^double-click +Ten equal requests at the same time\n/)
    expect(named.printed.split('\n').filter((each) => each.length > 80)).toEqual([])
    expect(named.printed).not.toContain('\u001b')
    expect([named.errors, named.code]).toEqual(['', 0])
  })
})
