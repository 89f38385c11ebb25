import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkDatabases, openDataFolder } from '../../data-folder.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'embedded-aws-data-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true, force: true })
})

const open = (options: { fresh?: true } = {}) => openDataFolder(dir, { name: 'Some App', ...options })

const content = () => readdirSync(dir).filter((name) => !name.startsWith('stack.lock'))

const module = new URL('../../data-folder.ts', import.meta.url).href

const limit = { timeout: 60_000, killSignal: 'SIGKILL' } as const

/** Linux only, and not in every container. */
const canUnshare = spawnSync('unshare', ['--pid', '--fork', 'true'], limit).status === 0

/** A process that takes the folder, says so, and stays. */
async function holder() {
  const script = `import { openDataFolder } from '${module}'; globalThis.folder = openDataFolder(${JSON.stringify(dir)}, { name: 'Some App' }); console.log('taken'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}

/** Opens the folder with fresh in a process that is killed before its change number `at` in the folder. The signal, if it came to that. */
async function killedFresh(at: number) {
  const script = `import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    let changes = 0
    for (const name of ['rmSync', 'writeFileSync', 'renameSync']) {
      const real = fs[name]
      fs[name] = (...given) => {
        if (++changes === ${at}) process.kill(process.pid, 'SIGKILL')
        return real(...given)
      }
    }
    syncBuiltinESMExports()
    const { openDataFolder } = await import('${module}')
    openDataFolder(${JSON.stringify(dir)}, { name: 'Some App', fresh: true }).release()`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
  const [, signal] = await once(child, 'exit')
  return signal as string | null
}

describe('a data folder', () => {
  it('belongs to one stack at a time', async () => {
    const child = await holder()
    try {
      expect(() => open()).toThrow(`Another stack (process ${child.pid}) is using ${dir}`)
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  })

  it('is taken over from a killed stack', async () => {
    const child = await holder()
    child.kill('SIGKILL')
    await once(child, 'exit')
    const folder = open()
    expect(() => open()).toThrow('Another stack')
    folder.release()
    open().release()
    expect(content()).toEqual(['some-app.json'])
  })

  it.runIf(canUnshare)('belongs to one stack also where process ids say nothing, as in another container', async () => {
    const child = await holder()
    try {
      const script = `import { openDataFolder } from '${module}'; openDataFolder(${JSON.stringify(dir)}, { name: 'Some App' })`
      const args = ['--pid', '--fork', process.execPath, '--input-type=module', '-e', script]
      const other = spawnSync('unshare', args, limit)
      expect(other.stderr.toString()).toContain(`Another stack (process ${child.pid}) is using ${dir}`)
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  })

  it('does not take a database that another program reads for a damaged one', () => {
    const { release } = open()
    writeFileSync(join(dir, 'broken.db'), 'no database at all, and long enough to be read as one'.repeat(100))
    expect(() => checkDatabases(dir)).toThrow('is damaged (file is not a database)')
    rmSync(join(dir, 'broken.db'))
    const reader = new DatabaseSync(join(dir, 'mail.db'))
    reader.exec('CREATE TABLE mails (id); BEGIN EXCLUSIVE')
    expect(() => checkDatabases(dir)).toThrow(`Another program has locked the database ${join(dir, 'mail.db')}`)
    reader.close()
    expect(() => checkDatabases(dir)).not.toThrow()
    release()
  })

  it('is created with the folders above it', () => {
    openDataFolder(join(dir, 'some', 'where'), { name: 'Some App' }).release()
    expect(readdirSync(join(dir, 'some', 'where'))).toContain('some-app.json')
  })

  it.each(['thesis.txt', 'thesis.txt/data'])('is refused with what to do when a file is in its place: %s', (place) => {
    writeFileSync(join(dir, 'thesis.txt'), 'years of work')
    const path = join(dir, place)
    expect(() => openDataFolder(path, { name: 'Some App' })).toThrow(
      new RegExp(`^${path} cannot be used as data folder \\(ENOTDIR: .*\\): choose another folder with --data DIR\\.$`),
    )
  })

  it.runIf(existsSync('/proc/self'))('is refused, not waited for, where the system creates no folders', () => {
    const script = `import { openDataFolder } from '${module}'; openDataFolder('/proc/some/app', { name: 'Some App' })`
    const args = ['--input-type=module', '-e', script]
    const { signal, stderr } = spawnSync(process.execPath, args, limit)
    expect({ signal, stderr: stderr.toString() }).toEqual({
      signal: null,
      stderr: expect.stringMatching(/\/proc\/some\/app cannot be used as data folder .*--data DIR/),
    })
  })

  it('is neither used nor emptied when it holds something else', () => {
    writeFileSync(join(dir, 'thesis.txt'), 'years of work')
    expect(() => open({ fresh: true })).toThrow('holds no data of Some App')
    expect(content()).toEqual(['thesis.txt'])
  })

  it('may hold the outputs that a command wrote for another target', () => {
    writeFileSync(join(dir, 'outputs.json'), '{}')
    open().release()
    expect(content()).toEqual(['outputs.json', 'some-app.json'])
  })

  it('is emptied by fresh, and only then', () => {
    open().release()
    writeFileSync(join(dir, 'outputs.json'), '{}')
    open().release()
    expect(existsSync(join(dir, 'outputs.json'))).toBe(true)
    open({ fresh: true }).release()
    expect(content()).toEqual(['some-app.json'])
  })

  it('is emptied by fresh wherever an earlier one was killed', async () => {
    for (let at = 1, isKilled = true; isKilled; at++) {
      open({ fresh: true }).release()
      for (const name of ['mail.db', 'outputs.json', 'step-functions.db']) writeFileSync(join(dir, name), '')
      isKilled = (await killedFresh(at)) === 'SIGKILL'
      open({ fresh: true }).release()
      expect(content(), `killed at change ${at}`).toEqual(['some-app.json'])
    }
  })

  it.each([1, 99])('is refused with what to do when another version wrote it: %i', (formatVersion) => {
    writeFileSync(join(dir, 'some-app.json'), JSON.stringify({ formatVersion }))
    expect(() => open()).toThrow('start with --fresh')
    expect(content()).toEqual(['some-app.json'])
    open({ fresh: true }).release()
  })
})
