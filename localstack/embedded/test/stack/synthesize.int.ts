import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { synthesize } from '../../synthesize.ts'

let rootDir: string
beforeEach(() => {
  rootDir = mkdtempSync(join(tmpdir(), 'embedded-aws-synth-'))
  mkdirSync(join(rootDir, 'src'))
  writeFileSync(join(rootDir, 'src', 'a.txt'), 'one')
  app(`
    mkdirSync(process.env.CDK_OUTDIR, { recursive: true })
    writeFileSync(process.env.CDK_OUTDIR + '/manifest.json', readFileSync('src/a.txt'))
    appendFileSync('runs', 'x')`)
})
afterEach(() => {
  rmSync(rootDir, { recursive: true })
})

function app(body: string) {
  const head = "import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'\n"
  writeFileSync(join(rootDir, 'app.ts'), head + body)
}

const run = () =>
  synthesize({ rootDir, app: 'node app.ts', inputs: ['src', 'lock.json'], outDir: join(rootDir, 'out') })
const runs = () => readFileSync(join(rootDir, 'runs'), 'utf8').length

describe('the assembly', () => {
  it('is synthesized once for the same inputs', async () => {
    const dir = await run()
    expect(await run()).toBe(dir)
    expect(runs()).toBe(1)
    expect(readFileSync(join(dir, 'manifest.json'), 'utf8')).toBe('one')
  })

  it('is synthesized again when an input is changed, added or deleted', async () => {
    await run()
    writeFileSync(join(rootDir, 'src', 'a.txt'), 'two')
    expect(readFileSync(join(await run(), 'manifest.json'), 'utf8')).toBe('two')
    writeFileSync(join(rootDir, 'lock.json'), '{}')
    await run()
    rmSync(join(rootDir, 'lock.json'))
    await run()
    expect(runs()).toBe(3)
  })

  it('is a different one for another context, which the app receives', async () => {
    app(`
      mkdirSync(process.env.CDK_OUTDIR, { recursive: true })
      writeFileSync(process.env.CDK_OUTDIR + '/manifest.json', process.env.CDK_CONTEXT_JSON)
      appendFileSync('runs', 'x')`)
    const synthesizeWith = (context: Record<string, string>) =>
      synthesize({ rootDir, app: 'node app.ts', inputs: ['src'], outDir: join(rootDir, 'out'), context })
    const dirs = [
      await synthesizeWith({ a: '1', b: '2' }),
      await synthesizeWith({ b: '2', a: '1' }),
      await synthesizeWith({ a: '1' }),
      await synthesizeWith({}),
    ]
    expect(new Set(dirs).size).toBe(3)
    expect(runs()).toBe(3)
    expect(readFileSync(join(String(dirs[2]), 'manifest.json'), 'utf8')).toBe('{"a":"1"}')
  })

  it('does not exist after a failed synth', async () => {
    app(`
      mkdirSync(process.env.CDK_OUTDIR, { recursive: true })
      writeFileSync(process.env.CDK_OUTDIR + '/manifest.json', 'half')
      throw new Error('no such table')`)
    await expect(run()).rejects.toThrow(/app\.ts.*Error: no such table/)
    expect(readdirSync(join(rootDir, 'out'))).toEqual([])
  })

  it('is complete when two synths run at once', async () => {
    const [first, second] = await Promise.all([run(), run()])
    expect(first).toBe(second)
    expect(readdirSync(join(rootDir, 'out'))).toEqual([first.slice(first.lastIndexOf('/') + 1)])
  })
})
