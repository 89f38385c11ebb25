import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AwsError } from '../../aws-error.ts'
import { type LambdaFixture, lambdaFixture } from './lambda-fixture.ts'

let fixture: LambdaFixture
beforeEach(() => {
  fixture = lambdaFixture()
})
afterEach(() => fixture.remove())

const printing = `exports.handler = async ({ n }) => console.log('got', n)`
const throttled = async () => {
  throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)
}

describe('an asynchronous event that was accepted', () => {
  it('is run by the next pool when a stop came before its function had accepted it', async () => {
    const first = fixture.start()
    first.deploy(fixture.bundle(`exports.handler = () => { console.log('in'); return new Promise(() => {}) }`))
    first.invokeAsync('greet', { n: 1 })
    await expect.poll(() => first.recentLines('greet')).toContain('in')
    await first.stop()
    const second = fixture.start()
    second.deploy(fixture.bundle(printing))
    second.resumeAsync(() => ({}))
    await expect.poll(() => second.recentLines('greet')).toContain('got 1')
  })

  it('is run by the next pool after a kill, and by no later one', async () => {
    // Never stopped before the other begins, as after a kill.
    const killed = fixture.start({ around: throttled })
    killed.deploy(fixture.bundle(printing))
    killed.invokeAsync('greet', { n: 1 })
    const second = fixture.start()
    second.deploy(fixture.bundle(printing))
    second.invokeAsync('greet', { n: 2 })
    second.resumeAsync(() => ({}))
    await expect.poll(() => second.recentLines('greet').toSorted()).toEqual(['got 1', 'got 2'])
    await killed.stop()
    await second.stop()
    const third = fixture.start()
    third.deploy(fixture.bundle(printing))
    third.resumeAsync(() => ({}))
    await third.invoke('greet', { n: 3 })
    expect(third.recentLines('greet')).toEqual(['got 3'])
  })

  it('keeps its attempts and its age over a stop', async () => {
    let nowMs = Date.parse('2026-01-01T00:00:00Z')
    const options = { now: () => new Date(nowMs) }
    const failing = fixture.bundle(`exports.handler = () => { throw new Error('no') }`)
    let ended = 0
    const first = fixture.start({ ...options, around: (_, run) => run().finally(() => ended++) })
    first.deploy(failing)
    for (const n of [1, 2]) first.invokeAsync('greet', { n })
    await expect.poll(() => ended).toBe(2)
    await first.stop()
    const second = fixture.start({ ...options, asyncRetryDelayMs: 1 })
    second.deploy(failing)
    const givenUp: unknown[] = []
    const onFailure = async (...told: unknown[]) => void givenUp.push(told)
    second.resumeAsync(() => ({ maximumRetryAttempts: 1, onFailure }))
    await expect.poll(() => givenUp).toHaveLength(2)
    const exhausted = { condition: 'RetriesExhausted', attempts: 2 }
    expect(givenUp).toEqual(expect.arrayContaining([1, 2].map((n) => [{ n }, exhausted])))
    second.invokeAsync('greet', { n: 3 }, { attempts: 1 })
    await second.stop()
    nowMs += 60_001
    const third = fixture.start({ ...options, asyncRetryDelayMs: 1 })
    third.deploy(failing)
    third.resumeAsync(() => ({ maximumEventAgeSeconds: 60, onFailure }))
    await expect.poll(() => givenUp[2]).toEqual([{ n: 3 }, { condition: 'EventAgeExceeded', attempts: 1 }])
  })

  it('keeps the version that it asks for', async () => {
    const first = fixture.start({ around: throttled })
    first.deploy(fixture.bundle(`exports.handler = async () => console.log('old')`))
    first.publishVersion('greet', '1')
    first.invokeAsync('greet:1', {})
    await first.stop()
    const second = fixture.start()
    second.deploy(fixture.bundle(`exports.handler = async () => console.log('new')`))
    second.keepVersions(() => false)
    second.resumeAsync(() => ({}))
    await expect.poll(() => second.recentLines('greet')).toEqual(['old'])
  })

  it('for a function that is there no more is dropped with a warning', async () => {
    const first = fixture.start({ around: throttled })
    first.deploy(fixture.bundle(printing))
    first.invokeAsync('greet', { n: 1 })
    await first.stop()
    fixture.start().resumeAsync(() => ({}))
    await expect.poll(() => fixture.warnings).toEqual([expect.stringContaining('dropped an asynchronous event')])
    fixture.warnings.length = 0
    fixture.start().resumeAsync(() => ({}))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(fixture.warnings).toEqual([])
  })
})
