import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { findPython } from '../../localstack/host/find-tools.ts'
import { installOnce } from '../../localstack/host/install-once.ts'
import { runTool } from '../../localstack/host/run-tool.ts'

const rootDir = join(import.meta.dirname, '..', '..')
const read = (path: string) => readFileSync(join(rootDir, path), 'utf8')

describe('an installation', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'steadfast-install-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))

  const install = (inputs: string[], work: (folder: string) => void = () => {}) => {
    const worked = vi.fn(async (folder: string) => work(folder))
    return installOnce(home, 'part', inputs, worked).then(() => worked.mock.calls.length)
  }

  it('happens once, and again when what it depends on has changed', async () => {
    expect(await install(['1'])).toBe(1)
    expect(await install(['1'])).toBe(0)
    expect(await install(['2'])).toBe(1)
  })

  it('begins anew in an empty folder after one that failed half way', async () => {
    await install(['1'])
    const failing = install(['2'], (folder) => {
      writeFileSync(join(folder, 'half'), '')
      throw new Error('disk full')
    })
    await expect(failing).rejects.toThrow('disk full')
    expect(await install(['2'])).toBe(1)
    expect(existsSync(join(home, 'part', 'half'))).toBe(false)
  })

  it('shows what a failing tool printed', async () => {
    const script = 'console.error("no space left"); process.exit(2)'
    await expect(runTool(process.execPath, ['-e', script])).rejects.toThrow(/failed with code 2:\nno space left/)
  })

  it('says which Python is missing when none is new enough', async () => {
    vi.stubEnv('PYTHON', '/nowhere/python')
    await expect(findPython([3, 13])).rejects.toThrow(
      'Python 3.13 or newer is missing: install it, or name its path in the variable PYTHON',
    )
  })
})

describe('LocalStack', () => {
  it('is one release, in Docker and without', () => {
    const [, image] = /image: localstack\/localstack:(\S+)/.exec(read('localstack/compose.yaml')) ?? []
    const [, core] = /^localstack-core==(\S+)$/m.exec(read('localstack/host/requirements.txt')) ?? []
    expect([image, core]).toEqual(['4.14.0', '4.14.0'])
  })

  it.each(['localstack/host/requirements.txt', 'localstack/host/ministack/requirements.txt'])(
    'gets packages of exact versions, from wherever pip is set up to get them (%s)',
    (path) => {
      const lines = read(path)
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
      expect(lines.length).toBeGreaterThan(10)
      expect(lines.filter((line) => !/^[\w.-]+==[\w.]+$/.test(line))).toEqual([])
    },
  )
})
