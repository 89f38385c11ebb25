import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDataFolder } from '../../data-folder.ts'
import { identityOf, isRunning } from '../../process-identity.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'embedded-aws-data-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true, force: true })
})

const open = (options: { fresh?: true } = {}) => openDataFolder(dir, { name: 'Some App', ...options })

/** A process that takes the folder, says so, and stays. */
async function holder() {
  const module = new URL('../../data-folder.ts', import.meta.url).href
  const script = `import { openDataFolder } from '${module}'; openDataFolder(${JSON.stringify(dir)}, { name: 'Some App' }); console.log('taken'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
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
    expect(readdirSync(dir)).toEqual(['some-app.json'])
  })

  it('is taken over when another process has the id of the killed one', () => {
    writeFileSync(join(dir, 'lock'), JSON.stringify({ pid: process.pid, startedAt: '1' }))
    open().release()
  })

  it('is taken over when its lock file is truncated', () => {
    writeFileSync(join(dir, 'lock'), '{"pid":')
    open().release()
  })

  it('is neither used nor emptied when it holds something else', () => {
    writeFileSync(join(dir, 'thesis.txt'), 'years of work')
    expect(() => open({ fresh: true })).toThrow('holds no data of Some App')
    expect(readdirSync(dir)).toEqual(['thesis.txt'])
  })

  it('may hold the outputs that a command wrote for another target', () => {
    writeFileSync(join(dir, 'outputs.json'), '{}')
    open().release()
    expect(readdirSync(dir)).toEqual(['outputs.json', 'some-app.json'])
  })

  it('is emptied by fresh, and only then', () => {
    open().release()
    writeFileSync(join(dir, 'outputs.json'), '{}')
    open().release()
    expect(existsSync(join(dir, 'outputs.json'))).toBe(true)
    open({ fresh: true }).release()
    expect(readdirSync(dir)).toEqual(['some-app.json'])
  })

  it('is refused with what to do when another version wrote it', () => {
    writeFileSync(join(dir, 'some-app.json'), '{"formatVersion":99}')
    expect(() => open()).toThrow('start with --fresh')
    expect(readdirSync(dir)).toEqual(['some-app.json'])
    open({ fresh: true }).release()
  })
})

describe('a process', () => {
  it('is distinguished from a later one with the same id', () => {
    const own = identityOf(process.pid)
    expect(isRunning(own)).toBe(true)
    expect(isRunning({ ...own, startedAt: `${own.startedAt}0` })).toBe(false)
    expect(isRunning({ pid: 2 ** 22 + 1, startedAt: '' })).toBe(false)
  })
})
