import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDataFolder } from 'embedded-aws/tools'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stackName } from '../../localstack/steadfast/stack-name.ts'

const rootDir = join(import.meta.dirname, '../..')
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

function snapshot(...args: string[]) {
  const command = ['commands/run.mjs', 'snapshot', ...args, '--data', data]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: rootDir, encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

describe('a snapshot', () => {
  it('brings the data back as it was, and keeps what it replaces', () => {
    expect(snapshot('save', 'demo').status).toBe(0)
    write('second')
    expect(snapshot('load', 'demo').output).toContain('what was there before is the snapshot before-load')
    expect(stored()).toBe('first')
    expect(snapshot('list').output.trim().split('\n').toSorted()).toEqual(['before-load', 'demo'])
    snapshot('load', 'before-load')
    expect(stored()).toBe('second')
  })

  it('is refused, with what to do, while a stack runs, without data, and under a name that is none', () => {
    const folder = openDataFolder(data, { name: stackName })
    expect(snapshot('save', 'demo')).toMatchObject({ status: 1, output: expect.stringContaining('stop it, or choose') })
    folder.release()
    expect(snapshot('load', 'demo').output).toContain('there is no snapshot demo: none was saved yet')
    expect(snapshot('save', '../demo').output).toContain('It may have letters, digits')
    rmSync(data, { recursive: true })
    expect(snapshot('save', 'demo').output).toContain('start the stack once')
  })
})
