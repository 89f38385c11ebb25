import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const runtime = join(import.meta.dirname, '..', '..', 'localstack', 'host', 'lambda-runtime.ts')
const code = `
exports.handler = async (event, context) => {
  if (event.fail) throw Object.assign(new Error('no'), { name: 'StepRefused' })
  if (event.forget) return new Promise(() => Promise.reject(new RangeError('late')))
  return { event, id: context.awsRequestId, left: context.getRemainingTimeInMillis() > 0, channel: process.env.LAMBDA_CHANNEL_FD, cache: process.env.NODE_COMPILE_CACHE }
}
`

describe('the Lambda runtime of LocalStack without Docker', () => {
  let folder: string
  let child: ChildProcess
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'steadfast-runtime-'))
  })
  afterEach(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  /** Starts an environment for a function. `ask` sends an invocation, and returns the next message. */
  function environment(handler: string) {
    writeFileSync(join(folder, 'index.js'), code)
    const started = spawn(process.execPath, [runtime], {
      env: {
        ...process.env,
        _HANDLER: handler,
        LAMBDA_TASK_ROOT: folder,
        LAMBDA_CHANNEL_FD: '3',
        NODE_COMPILE_CACHE: join(folder, 'compiled'),
      },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    child = started
    const channel = started.stdio[3] as unknown as Duplex
    const messages = createInterface({ input: channel })[Symbol.asyncIterator]()
    const next = async () => JSON.parse(String((await messages.next()).value))
    const ask = (payload: object) => {
      const message = { 'invoke-id': 'i-1', 'deadline-ms': Date.now() + 60_000, payload: JSON.stringify(payload) }
      channel.write(`${JSON.stringify(message)}\n`)
      return next()
    }
    return { channel, next, ask }
  }

  it('answers one invocation after the other, and reports an error by the name that state machines catch', async () => {
    const { next, ask } = environment('index.handler')
    expect(await next()).toEqual({ ready: true })
    const { result } = await ask({ n: 1 })
    expect(JSON.parse(result)).toEqual({ event: { n: 1 }, id: 'i-1', left: true })
    const { error } = await ask({ fail: true })
    expect(error).toMatchObject({ errorType: 'StepRefused', errorMessage: 'no', trace: expect.any(Array) })
    expect(JSON.parse((await ask({ n: 2 })).result).event).toEqual({ n: 2 })
  })

  it('fails the invocation and ends, when a rejection is not handled', async () => {
    const { next, ask } = environment('index.handler')
    await next()
    const { error } = await ask({ forget: true })
    expect(error).toMatchObject({ errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'late' })
    await once(child, 'exit')
    expect(child.exitCode).toBe(1)
  })

  it.each([
    ['index.missing', 'is not an exported function'],
    ['other.handler', 'Cannot find module'],
  ])('says why %s does not load', async (handler, why) => {
    const { next } = environment(handler)
    expect((await next()).initError.errorMessage).toContain(why)
    await once(child, 'exit')
    expect(child.exitCode).toBe(1)
  })

  it('leaves itself and its function compiled for the next environment, also when it is killed', async () => {
    const { next, ask } = environment('index.handler')
    await next()
    await ask({})
    child.kill('SIGKILL')
    await once(child, 'exit')
    const files = globSync('compiled/*/*', { cwd: folder })
    expect(files.length).toBeGreaterThanOrEqual(2)
  })

  it('ends when LocalStack is gone', async () => {
    const { channel, next } = environment('index.handler')
    await next()
    channel.destroy()
    await once(child, 'exit')
    expect(child.exitCode).toBe(0)
  })
})
