import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDataFolder } from 'embedded-aws/tools'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refuseHalfLoaded } from '../../commands/snapshot/unfinished-load.ts'
import { stackName } from '../../localstack/steadfast/stack-name.ts'
import { runCommand, runNode } from '../fixtures/run-node.ts'

let root: string
let data: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'steadfast-snapshot-'))
  data = join(root, 'data')
  openDataFolder(data, { name: stackName }).release()
  mkdirSync(join(data, 'dynamodb'))
  write('first')
})
afterEach(() => rmSync(root, { recursive: true }))

const file = () => join(data, 'dynamodb', 'data.db')
const write = (text: string) => writeFileSync(file(), text)
const stored = () => readFileSync(file(), 'utf8')

async function command(name: string, ...args: string[]) {
  const { code, stdout, stderr } = await runCommand(name, [...args, '--data', data])
  return { code, output: stdout + stderr }
}

const snapshot = (...args: string[]) => command('snapshot', ...args)

/** Patches `fs` so that the process is killed before its change number KILL_AT of data or snapshots. */
const killer = `import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
let changes = 0
for (const name of ['cpSync', 'mkdirSync', 'renameSync', 'rmSync', 'writeFileSync']) {
  const real = fs[name]
  fs[name] = (...given) => {
    const isOurs = String(given[0]).startsWith(process.env.KILL_IN) && !String(given[0]).includes('stack.lock')
    if (isOurs && ++changes === Number(process.env.KILL_AT)) process.kill(process.pid, 'SIGKILL')
    return real(...given)
  }
}
syncBuiltinESMExports()`

/** Runs the command in a process that is killed before its change number `at`. Whether it came to that. */
async function isKilled(at: number, ...args: string[]): Promise<boolean> {
  const preload = `data:text/javascript,${encodeURIComponent(killer)}`
  const all = ['--import', preload, 'commands/run.mjs', 'snapshot', ...args, '--data', data]
  const env = { ...process.env, KILL_IN: data, KILL_AT: String(at) }
  const { signal, code } = await runNode(all, { env })
  if (!signal) expect(code).toBe(0)
  return signal === 'SIGKILL'
}

/** What a snapshot holds. */
const storedIn = (name: string) => readFileSync(join(`${data}-snapshots`, name, 'dynamodb', 'data.db'), 'utf8')

describe('a snapshot', () => {
  it.each(['demo', 'before-load'])('is loaded by the repetition of a load that was killed: %s', async (name) => {
    await snapshot('save', 'demo')
    // Whose own place the load overwrites is the harder one.
    const step = name === 'before-load' ? 1 : 3
    for (let at = 1, killed = true; killed; at += step) {
      // At the beginning of each try: "first" in the snapshot, "second" in the data.
      rmSync(`${data}-snapshots/before-load`, { recursive: true, force: true })
      if (name === 'before-load') cpSync(`${data}-snapshots/demo`, `${data}-snapshots/${name}`, { recursive: true })
      write('second')
      killed = await isKilled(at, 'load', name)
      if (killed) expect(await snapshot('load', name), `killed at change ${at}`).toMatchObject({ code: 0 })
      expect([stored(), storedIn('before-load')], `killed at change ${at}`).toEqual(['first', 'second'])
    }
  })

  it('that a killed load was to replace comes back instead of it, and meanwhile nothing is saved and no stack starts', async () => {
    await snapshot('save', 'demo')
    const half = () => {
      try {
        refuseHalfLoaded(data)
        return false
      } catch {
        return true
      }
    }
    let halves = 0
    for (let at = 2, killed = true; killed; at += 2) {
      write('second')
      killed = await isKilled(at, 'load', 'demo')
      if (killed && half()) {
        if (halves++ === 0)
          expect((await command('start', '--port', '0')).output).toContain(`${data} is half loaded: repeat`)
        expect((await snapshot('save', 'demo')).output).toContain(`${data} is half loaded: repeat`)
        expect((await snapshot('load', 'before-load')).code).toBe(0)
        expect([stored(), storedIn('before-load')], `killed at change ${at}`).toEqual(['second', 'second'])
      }
      rmSync(join(data, 'unfinished-load.json'), { force: true })
    }
    expect(halves).toBeGreaterThan(2)
  })

  it('is not looked for in a data folder that is a file: the stack says what is wrong with it', () => {
    expect(() => refuseHalfLoaded(file())).not.toThrow()
  })

  it('of the same name stays until the new one is there', async () => {
    await snapshot('save', 'demo')
    for (let at = 1, killed = true; killed; at++) {
      write('second')
      killed = await isKilled(at, 'save', 'demo')
      expect((await snapshot('list')).output.trim(), `killed at change ${at}`).toBe('demo')
      expect(await snapshot('load', 'demo'), `killed at change ${at}`).toMatchObject({ code: 0 })
      rmSync(`${data}-snapshots/before-load`, { recursive: true })
      if (!killed) expect(stored()).toBe('second')
    }
  })

  it('brings the data back as it was, and keeps what it replaces', async () => {
    expect((await snapshot('save', 'demo')).code).toBe(0)
    write('second')
    expect((await snapshot('load', 'demo')).output).toContain('what was there before is the snapshot before-load')
    expect(stored()).toBe('first')
    expect((await snapshot('list')).output.trim().split('\n').toSorted()).toEqual(['before-load', 'demo'])
    await snapshot('load', 'before-load')
    expect(stored()).toBe('second')
  })

  it('is refused, with what to do, while a stack runs, without data, and under a name that is none', async () => {
    const folder = openDataFolder(data, { name: stackName })
    expect(await snapshot('save', 'demo')).toMatchObject({
      code: 1,
      output: expect.stringContaining('stop it, or choose'),
    })
    folder.release()
    expect((await snapshot('load', 'demo')).output).toContain('there is no snapshot demo: none was saved yet')
    expect((await snapshot('save', '../demo')).output).toContain('It may have letters, digits')
    rmSync(data, { recursive: true })
    expect((await snapshot('save', 'demo')).output).toContain('start the stack once')
  })
})
