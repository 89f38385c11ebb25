import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AwsError } from '../../aws-error.ts'
import { environmentOfToken } from '../../lambda/sessions.ts'
import { type LambdaFixture, lambdaFixture } from './lambda-fixture.ts'

let fixture: LambdaFixture
beforeEach(() => {
  fixture = lambdaFixture()
})
afterEach(() => fixture.remove())

/** Marks begin and end of each call in a file, so that overlap can be seen across environments. */
const slow = `
  let busy = false
  exports.handler = async () => {
    if (busy) throw new Error('two at once in one environment')
    busy = true
    await new Promise((done) => setTimeout(done, 20))
    busy = false
    return 'done'
  }`

describe('concurrent calls', () => {
  it('never share an environment at the same time, and few workers serve them all', async () => {
    const pool = fixture.start({ maxWorkers: 2 })
    for (const name of ['a', 'b', 'c']) pool.deploy(fixture.bundle(slow, { name }))
    const calls = Array.from({ length: 30 }, (_, index) => pool.invoke(['a', 'b', 'c'][index % 3] ?? '', {}))
    expect(new Set((await Promise.all(calls)).map((result) => JSON.stringify(result)))).toEqual(
      new Set([JSON.stringify({ status: 'succeeded', payload: 'done' })]),
    )
  })

  it("are throttled only above the function's reserved concurrency", async () => {
    const pool = fixture.start()
    pool.deploy(fixture.bundle(slow, { reservedConcurrency: 2 }))
    const calls = await Promise.allSettled(Array.from({ length: 5 }, () => pool.invoke('greet', {})))
    expect(calls.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    const reasons = calls.filter((call) => call.status === 'rejected').map(({ reason }) => reason.code)
    expect(reasons).toEqual(Array(3).fill('TooManyRequestsException'))
    expect(await pool.invoke('greet', {}), 'and served again afterwards').toMatchObject({ payload: 'done' })
  })
})

describe('an asynchronous event', () => {
  const trying = `let tries = 0; exports.handler = async () => { console.log('try', ++tries); throw new Error('no') }`

  it('is tried three times, then dropped with a warning', async () => {
    const pool = fixture.start({ asyncRetryDelayMs: 1 })
    pool.deploy(fixture.bundle(trying))
    const givenUp = Promise.withResolvers<unknown>()
    pool.invokeAsync('greet', { n: 1 }, { onFailure: async (payload) => givenUp.resolve(payload) })
    expect(await givenUp.promise).toEqual({ n: 1 })
    expect(fixture.warnings).toEqual(['greet: gave up on an asynchronous event (attempts: 3)'])
    await expect.poll(() => pool.recentLines('greet')).toEqual(expect.arrayContaining(['try 1', 'try 2', 'try 3']))
  })

  it("is tried as often as its function's settings say", async () => {
    const pool = fixture.start({ asyncRetryDelayMs: 1 })
    pool.deploy(fixture.bundle(trying))
    const givenUp = Promise.withResolvers<unknown>()
    pool.invokeAsync('greet', {}, { maximumRetryAttempts: 0, onFailure: async () => givenUp.resolve(undefined) })
    await givenUp.promise
    expect(fixture.warnings).toEqual(['greet: gave up on an asynchronous event (attempts: 1)'])
  })

  it('is tried so many times fewer as it has failed before', async () => {
    const pool = fixture.start({ asyncRetryDelayMs: 1 })
    pool.deploy(fixture.bundle(trying))
    const givenUp = Promise.withResolvers<unknown>()
    pool.invokeAsync('greet', {}, { attempts: 1, onFailure: async () => givenUp.resolve(undefined) })
    await givenUp.promise
    await expect.poll(() => pool.recentLines('greet')).toEqual(expect.arrayContaining(['try 1', 'try 2']))
    expect(pool.recentLines('greet')).not.toContain('try 3')
  })

  it('that is throttled uses no attempt, however long', async () => {
    let throttles = 8
    const pool = fixture.start({
      asyncRetryDelayMs: 1,
      around: async (_invocation, run) => {
        if (throttles-- > 0) throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)
        return run()
      },
    })
    pool.deploy(fixture.bundle(`exports.handler = async () => console.log('run')`))
    pool.invokeAsync('greet', {}, { maximumRetryAttempts: 0 })
    await expect.poll(() => pool.recentLines('greet')).toContain('run')
    expect(fixture.warnings).toEqual([])
  })

  it('that is throttled until it is too old is given up', async () => {
    let nowMs = Date.parse('2026-01-01T00:00:00Z')
    let throttles = 0
    const pool = fixture.start({
      asyncRetryDelayMs: 1,
      now: () => new Date(nowMs),
      async around() {
        if (++throttles === 5) nowMs += 60_001
        throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)
      },
    })
    pool.deploy(fixture.bundle(trying))
    const givenUp = Promise.withResolvers<unknown>()
    const onFailure = async (...told: unknown[]) => givenUp.resolve(told)
    pool.invokeAsync('greet', { n: 1 }, { maximumEventAgeSeconds: 60, onFailure })
    expect(await givenUp.promise).toEqual([{ n: 1 }, { condition: 'EventAgeExceeded', attempts: 0 }])
    expect(throttles).toBe(5)
    expect(fixture.warnings).toEqual(['greet: gave up on an asynchronous event (too old, attempts: 0)'])
  })

  it('for an unknown function is refused at once', () => {
    expect(() => fixture.start().invokeAsync('nobody', {})).toThrow(/Function not found/)
  })
})

describe('a fault hook', () => {
  it('sees each invocation, can run it twice and replace its result', async () => {
    const seen: unknown[] = []
    const pool = fixture.start({
      async around(invocation, run) {
        seen.push({ ...invocation, requestId: '' })
        await run()
        const second = await run()
        return { status: 'failed', errorType: 'Lost', errorMessage: JSON.stringify(second) }
      },
    })
    pool.deploy(fixture.bundle('let calls = 0; exports.handler = async () => ++calls'))
    expect(await pool.invoke('greet', { n: 1 })).toMatchObject({
      errorType: 'Lost',
      errorMessage: expect.stringMatching(/"payload":2/),
    })
    expect(seen).toEqual([{ functionName: 'greet', version: '$LATEST', requestId: '', payload: { n: 1 } }])
  })
})

describe('a crash', () => {
  it('fails the running invocation, and the next call gets a fresh environment', async () => {
    const pool = fixture.start()
    pool.deploy(
      fixture.bundle(
        `exports.handler = ({ hang }) => { console.log('in'); return hang ? new Promise(() => {}) : 'ok' }`,
      ),
    )
    const running = pool.invoke('greet', { hang: true })
    await expect.poll(() => pool.recentLines('greet')).toContain('in')
    expect(pool.crash('greet')).toBe(1)
    expect(await running).toMatchObject({ errorType: 'Runtime.ExitError' })
    expect(await pool.invoke('greet', {})).toMatchObject({ payload: 'ok' })
  })

  it('of one environment, identified by its session token, does not affect the others', async () => {
    const pool = fixture.start()
    pool.deploy(
      fixture.bundle(
        `exports.handler = ({ n }) => { console.log(n + ' ' + process.env.AWS_SESSION_TOKEN); return new Promise(() => {}) }`,
      ),
    )
    const ends: string[] = []
    const running = ['one', 'two'].map((n) => pool.invoke('greet', { n }).then(() => ends.push(n)))
    await expect.poll(() => pool.recentLines('greet').length, { timeout: 5_000 }).toBe(2)
    const [, token] = (pool.recentLines('greet').find((line) => line.startsWith('two')) ?? '').split(' ')
    expect(pool.crash('greet', environmentOfToken(token))).toBe(1)
    await running[1]
    expect(ends).toEqual(['two'])
    expect(pool.crash('greet')).toBe(1)
    await running[0]
  })

  it("by stopping the stack does not count as the function's failure: the caller gets a retryable error", async () => {
    const pool = fixture.start()
    pool.deploy(fixture.bundle(`exports.handler = () => { console.log('in'); return new Promise(() => {}) }`))
    const running = expect(pool.invoke('greet', {})).rejects.toMatchObject({ code: 'ServiceException' })
    await expect.poll(() => pool.recentLines('greet')).toContain('in')
    await pool.stop()
    await running
  })
})
