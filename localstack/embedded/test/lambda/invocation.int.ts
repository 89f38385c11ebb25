import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LambdaFixture, lambdaFixture } from './lambda-fixture.ts'

let fixture: LambdaFixture
beforeEach(() => {
  fixture = lambdaFixture()
})
afterEach(() => fixture.remove())

describe('an invocation', () => {
  it("gets the event and returns the handler's result, for CommonJS and ES modules", async () => {
    const pool = fixture.start()
    pool.deploy(fixture.bundle('exports.handler = async (event) => ({ hello: event.name })', { name: 'common' }))
    pool.deploy(fixture.bundle('export const handler = async (event) => ({ hello: event.name })', { name: 'module' }))
    pool.deploy(
      fixture.bundle('export const handler = async (event) => ({ hello: event.name })', {
        name: 'mjs',
        fileName: 'index.mjs',
      }),
    )
    for (const name of ['common', 'module', 'mjs']) {
      expect(await pool.invoke(name, { name: 'Ada' })).toEqual({ status: 'succeeded', payload: { hello: 'Ada' } })
    }
  })

  it("sees its own variables and Lambda's, and none of this process", async () => {
    process.env.APP_SECRET_OF_THE_HOST = 'x'
    const pool = fixture.start()
    pool.deploy(fixture.bundle('exports.handler = async () => process.env', { environment: { TABLE: 'Tickets' } }))
    const result = await pool.invoke('greet', {})
    delete process.env.APP_SECRET_OF_THE_HOST
    if (result.status === 'failed') throw new Error(result.errorMessage)
    expect(result.payload).toMatchObject({
      TABLE: 'Tickets',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_LAMBDA_FUNCTION_NAME: 'greet',
      _HANDLER: 'index.handler',
    })
    expect(result.payload).not.toHaveProperty('APP_SECRET_OF_THE_HOST')
    expect(result.payload).not.toHaveProperty('HOME')
  })

  it('gets its identity and its remaining time', async () => {
    const pool = fixture.start()
    pool.deploy(
      fixture.bundle(
        `exports.handler = async (_event, context) => ({ ...context, left: context.getRemainingTimeInMillis() })`,
      ),
    )
    const result = await pool.invoke('greet', {})
    if (result.status === 'failed') throw new Error(result.errorMessage)
    expect(result.payload).toMatchObject({
      functionName: 'greet',
      functionVersion: '$LATEST',
      memoryLimitInMB: '128',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:greet',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    const { left } = result.payload as { left: number }
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(10_000)
  })

  it('sees a skewed clock in exactly the invocation that asks for it', async () => {
    const skews = [3_600_000, -3_600_000]
    const pool = fixture.start({ around: (_, run) => run({ clockSkewMs: skews.shift() ?? 0 }) })
    pool.deploy(
      fixture.bundle(`const keptForLater = Date.now
        exports.handler = async (_, context) => ({
          now: [keptForLater(), Date.now(), new Date().getTime(), Date.parse(Date())],
          given: new Date(5).getTime() + Date.UTC(1970, 0, 1, 0, 0, 1),
          isDate: new Date() instanceof Date && new Date().constructor === Date,
          left: context.getRemainingTimeInMillis(),
        })`),
    )
    for (const skewMs of [3_600_000, -3_600_000, 0]) {
      const result = await pool.invoke('greet', {})
      if (result.status === 'failed') throw new Error(result.errorMessage)
      const { now, left, ...rest } = result.payload as { now: number[]; left: number }
      // To the half hour: what is shown is an hour off or right.
      expect(now.map((ms) => Math.round((ms - Date.now()) / 1_800_000) * 1_800_000 + 0)).toEqual(Array(4).fill(skewMs))
      expect(rest).toEqual({ given: 1_005, isDate: true })
      expect(left).toBeGreaterThan(0)
      expect(left).toBeLessThanOrEqual(10_000)
    }
  })

  it('returns null for undefined', async () => {
    const pool = fixture.start()
    pool.deploy(fixture.bundle('exports.handler = async () => {}'))
    expect(await pool.invoke('greet', {})).toEqual({ status: 'succeeded', payload: null })
  })

  it('runs in a used environment with its module state', async () => {
    const pool = fixture.start()
    pool.deploy(fixture.bundle('let calls = 0; exports.handler = async () => ++calls'))
    await pool.invoke('greet', {})
    expect(await pool.invoke('greet', {})).toEqual({ status: 'succeeded', payload: 2 })
  })

  it('writes its output to the log of its function', async () => {
    const pool = fixture.start()
    pool.deploy(
      fixture.bundle(
        `exports.handler = async () => { console.log('out'); console.error('err'); process.stdout.write('no end') }`,
      ),
    )
    await pool.invoke('greet', {})
    await expect.poll(() => pool.recentLines('greet')).toEqual(expect.arrayContaining(['out', 'err']))
  })
})

describe('a failed invocation', () => {
  const failures: [promise: string, source: string, errorType: string, message: string | RegExp][] = [
    [
      'keeps the name and message of a thrown error',
      `class QuotaExceeded extends Error { name = 'QuotaExceeded' }; exports.handler = async () => { throw new QuotaExceeded('too many') }`,
      'QuotaExceeded',
      'too many',
    ],
    ['keeps a thrown text', `exports.handler = async () => { throw 'gone' }`, 'string', 'gone'],
    [
      'in a handler without async is no crash',
      `exports.handler = () => { throw new TypeError('odd') }`,
      'TypeError',
      'odd',
    ],
    [
      'of a promise that no one awaits is reported',
      `exports.handler = () => { Promise.reject(new Error('lost')); return new Promise(() => {}) }`,
      'Runtime.UnhandledPromiseRejection',
      'Error: lost',
    ],
    [
      'thrown outside the handler is reported',
      `exports.handler = () => { setTimeout(() => { throw new RangeError('later') }); return new Promise(() => {}) }`,
      'RangeError',
      'later',
    ],
    [
      'by leaving the process is an exit',
      `exports.handler = async () => process.exit(3)`,
      'Runtime.ExitError',
      'Runtime exited with error: exit status 3',
    ],
    [
      'by leaving it with 0 is one too',
      `exports.handler = async () => process.exit(0)`,
      'Runtime.ExitError',
      'Runtime exited without providing a reason',
    ],
    [
      'to be made into JSON is reported',
      `exports.handler = async () => { const a = {}; a.a = a; return a }`,
      'Runtime.MarshalError',
      /Unable to stringify/,
    ],
    [
      'by an answer over 6 MB is reported',
      `exports.handler = async () => 'x'.repeat(6 * 1024 * 1024 + 100)`,
      'Function.ResponseSizeTooLarge',
      /6291556 bytes/,
    ],
    [
      'to parse the bundle is reported',
      'exports.handler = async () => {',
      'Runtime.UserCodeSyntaxError',
      /SyntaxError/,
    ],
    ['to find an import is reported', `require('no-such-module')`, 'Runtime.ImportModuleError', /no-such-module/],
    ['to find the handler is reported', 'exports.other = 1', 'Runtime.HandlerNotFound', /index\.handler is undefined/],
    ['while loading keeps its name', `throw new RangeError('no config')`, 'RangeError', 'no config'],
    [
      'of a handler with a callback says that Node 24 has none',
      'exports.handler = (event, context, callback) => callback(null, 1)',
      'Runtime.CallbackHandlerDeprecated',
      /async handlers only/,
    ],
  ]
  for (const [promise, source, errorType, message] of failures) {
    it(promise, async () => {
      const pool = fixture.start()
      pool.deploy(fixture.bundle(source))
      const result = await pool.invoke('greet', {})
      expect(result).toMatchObject({
        status: 'failed',
        errorType,
        errorMessage: typeof message === 'string' ? message : expect.stringMatching(message),
      })
    })
  }

  it('has its stack trace, line by line', async () => {
    const pool = fixture.start()
    pool.deploy(fixture.bundle(`exports.handler = async () => { throw new Error('here') }`))
    const result = await pool.invoke('greet', {})
    if (result.status === 'succeeded') throw new Error('should have failed')
    expect(result.trace?.[0]).toBe('Error: here')
    expect(result.trace?.[1]).toMatch(/index\.js:1/)
  })

  it('by timeout ends the environment, even one that never yields, and the next call gets a new one', async () => {
    const pool = fixture.start({ maxWorkers: 1 })
    pool.deploy(
      fixture.bundle(`let calls = 0; exports.handler = async ({ hang }) => { calls++; while (hang); return calls }`, {
        timeoutSeconds: 0.2,
      }),
    )
    expect(await pool.invoke('greet', {})).toMatchObject({ payload: 1 })
    const [hung, next] = await Promise.all([pool.invoke('greet', { hang: true }), pool.invoke('greet', {})])
    expect(hung).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 0\.20 seconds$/),
    })
    expect(next).toEqual({ status: 'succeeded', payload: 1 })
  })

  it('by timeout does not happen while a debugger may hold functions at breakpoints', async () => {
    const pool = fixture.start({ timeLimitMs: 60_000 })
    const code = `exports.handler = async ({}, { getRemainingTimeInMillis }) => {
      const until = Date.now() + 200
      while (Date.now() < until);
      return getRemainingTimeInMillis() > 30_000
    }`
    pool.deploy(fixture.bundle(code, { timeoutSeconds: 0.05 }))
    expect(await pool.invoke('greet', {})).toEqual({ status: 'succeeded', payload: true })
  })

  it('by out-of-memory ends its own environment only', async () => {
    const pool = fixture.start()
    pool.deploy(
      fixture.bundle('exports.handler = async () => { const all = []; for (;;) all.push(new Array(1e5).fill({})) }', {
        memoryMb: 32,
      }),
    )
    expect(await pool.invoke('greet', {})).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: /signal: killed/,
    })
  })

  it('throws for errors of Lambda itself: unknown function, unknown version, payload over 6 MB', async () => {
    const pool = fixture.start()
    pool.deploy(fixture.bundle('exports.handler = async () => 1'))
    await expect(pool.invoke('nobody', {})).rejects.toMatchObject({ code: 'ResourceNotFoundException', status: 404 })
    await expect(pool.invoke('greet:7', {})).rejects.toMatchObject({ code: 'ResourceNotFoundException', status: 404 })
    await expect(pool.invoke('../greet', {})).rejects.toMatchObject({ code: 'ValidationException' })
    await expect(pool.invoke('greet', 'x'.repeat(6 * 1024 * 1024))).rejects.toMatchObject({ status: 413 })
  })
})
