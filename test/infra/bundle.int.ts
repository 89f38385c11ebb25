import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bundle } from '../../infra/bundle.ts'
import { runNode } from '../fixtures/run-node.ts'

const repository = resolve(import.meta.dirname, '../..')
let rootDir: string

beforeEach(async () => {
  rootDir = await mkdtemp(join(tmpdir(), 'steadfast-bundle-'))
  await symlink(join(repository, 'node_modules'), join(rootDir, 'node_modules'))
})
afterEach(() => rm(rootDir, { recursive: true, force: true }))

async function writeHandler(name: string, source: string): Promise<void> {
  await mkdir(join(rootDir, 'functions', name), { recursive: true })
  await writeFile(join(rootDir, 'functions', name, 'handler.ts'), source)
}

const bundleTo = (dir: string, names: string[]) => bundle({ names, rootDir, outDir: join(rootDir, dir) })

describe('the bundle of a function', () => {
  it('is one file that runs without node_modules: it contains the AWS SDK', async () => {
    await writeHandler(
      'ping',
      `import { SQSClient } from '@aws-sdk/client-sqs'
       export const handler = async (): Promise<string> => typeof new SQSClient({ region: 'x' }).send`,
    )
    await bundleTo('out', ['ping'])
    expect(await readdir(join(rootDir, 'out', 'ping'))).toEqual(['index.js'])
    await rm(join(rootDir, 'node_modules'))
    const script = `require('./out/ping/index.js').handler().then((type) => process.stdout.write(type))`
    expect((await runNode(['-e', script], { cwd: rootDir })).stdout).toBe('function')
  })

  it('has the same bytes for the same sources, wherever it is written', async () => {
    await writeHandler(
      'ping',
      `import * as z from 'zod'\nexport const handler = (event: unknown) => z.string().parse(event)`,
    )
    await bundleTo('first', ['ping'])
    await bundleTo('second', ['ping'])
    const [first, second] = await Promise.all(
      ['first', 'second'].map((dir) => readFile(join(rootDir, dir, 'ping', 'index.js'))),
    )
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true)
  })

  it('keeps the names of errors: Step Functions matches errors by name', async () => {
    await writeHandler(
      'fail',
      `class MailRefused extends Error { override name = this.constructor.name }
       export const handler = () => { throw new MailRefused('no') }`,
    )
    await bundleTo('out', ['fail'])
    const script = `try { require('./out/fail/index.js').handler() } catch (error) { process.stdout.write(error.name) }`
    expect((await runNode(['-e', script], { cwd: rootDir })).stdout).toBe('MailRefused')
  })

  it('is refused when the function has no handler, with an error that names it', async () => {
    await writeHandler('ping', `export const handler = () => 'pong'`)
    await expect(bundleTo('out', ['ping', 'pong'])).rejects.toThrow('functions/pong/handler.ts')
  })

  it('is removed when the function is no longer listed', async () => {
    await writeHandler('ping', `export const handler = () => 'pong'`)
    await writeHandler('old', `export const handler = () => 'old'`)
    await bundleTo('out', ['ping', 'old'])
    await bundleTo('out', ['ping'])
    expect(await readdir(join(rootDir, 'out'))).toEqual(['ping'])
  })
})
