import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  closeFixtures,
  experimentFixture,
  functionArn,
  onFunctions,
  onRoles,
  targets,
  wait,
} from './experiment-fixture.ts'

afterEach(closeFixtures)

describe('an action of an experiment', () => {
  it.each<[string, object, object[]]>([
    [
      'delays invocations',
      onFunctions('aws:lambda:invocation-add-delay', { startupDelayMilliseconds: '250', invocationPercentage: '40' }),
      [{ at: 'invocation', where: { function: 'writer' }, fault: { do: 'delay', ms: 250 }, probability: 0.4 }],
    ],
    [
      'fails invocations without running the function',
      onFunctions('aws:lambda:invocation-error', { preventExecution: 'true' }),
      [
        {
          at: 'invocation',
          where: { function: 'writer' },
          fault: { do: 'refuse', error: 'FaultInjected' },
          probability: 1,
        },
      ],
    ],
    [
      'fails invocations although the function ran',
      onFunctions('aws:lambda:invocation-error', { preventExecution: 'false' }),
      [{ at: 'invocation', where: { function: 'writer' }, fault: { do: 'lose-answer' }, probability: 1 }],
    ],
    [
      'answers in place of the function',
      onFunctions('aws:lambda:invocation-http-integration-response', {
        contentTypeHeader: 'text/plain',
        preventExecution: 'true',
        statusCode: '503',
      }),
      [
        {
          at: 'invocation',
          where: { function: 'writer' },
          fault: {
            do: 'answer',
            payload: { statusCode: 503, headers: { 'content-type': 'text/plain' }, body: '' },
            run: false,
          },
          probability: 1,
        },
      ],
    ],
    [
      'throttles calls of a role',
      onRoles('aws:fis:inject-api-throttle-error', { operations: 'GetItem, Query', percentage: '25' }),
      ['GetItem', 'Query'].map((operation) => ({
        at: 'call',
        where: { service: 'dynamodb', operation, function: 'writer' },
        fault: { do: 'throttle' },
        probability: 0.25,
      })),
    ],
    [
      'answers calls of a role with internal errors',
      onRoles('aws:fis:inject-api-internal-error'),
      [expect.objectContaining({ fault: { do: 'refuse', error: 'InternalServerError', status: 500 } })],
    ],
    [
      'answers calls of a role with unavailability',
      onRoles('aws:fis:inject-api-unavailable-error'),
      [expect.objectContaining({ fault: { do: 'refuse', error: 'ServiceUnavailable', status: 503 } })],
    ],
  ])('%s for its duration, and no longer', async (_, action, expected) => {
    const { begin, rules, stateOf } = await experimentFixture()
    const id = await begin({ only: action })
    expect(rules()).toEqual(expected)
    expect(await stateOf(id)).toMatchObject({ state: { status: 'running' }, actions: { only: 'running' } })
    vi.advanceTimersByTime(59_999)
    expect(rules()).toHaveLength(expected.length)
    vi.advanceTimersByTime(1)
    expect(rules()).toEqual([])
    expect(await stateOf(id)).toMatchObject({ state: { status: 'completed' }, actions: { only: 'completed' } })
  })

  it('begins when those before it have ended', async () => {
    const { begin, rules, stateOf } = await experimentFixture()
    const fault = { ...onRoles('aws:fis:inject-api-throttle-error'), startAfter: ['first'] }
    const id = await begin({ fault, first: wait() })
    expect(rules()).toEqual([])
    expect((await stateOf(id)).actions).toEqual({ fault: 'pending', first: 'running' })
    vi.advanceTimersByTime(120_000)
    expect(rules()).toHaveLength(1)
    expect((await stateOf(id)).actions).toEqual({ fault: 'running', first: 'completed' })
    vi.advanceTimersByTime(60_000)
    expect((await stateOf(id)).state).toMatchObject({ status: 'completed' })
  })
})

describe('an experiment', () => {
  it('that is stopped takes its rules away at once', async () => {
    const { begin, ask, rules, stateOf } = await experimentFixture()
    const fault = onRoles('aws:fis:inject-api-throttle-error')
    const id = await begin({ fault, later: wait({ startAfter: ['fault'] }) })
    expect(rules()).toHaveLength(1)
    expect((await ask('DELETE', `/experiments/${id}`)).body).toMatchObject({
      experiment: { id, state: { status: 'stopped' } },
    })
    expect(rules()).toEqual([])
    vi.advanceTimersByTime(600_000)
    expect((await stateOf(id)).actions).toEqual({ fault: 'stopped', later: 'stopped' })
  })

  it('fails when a target stands for nothing, and sets no rule', async () => {
    const { begin, rules, stateOf } = await experimentFixture()
    const unknown = { ...targets, functions: { ...targets.functions, resourceArns: [`${functionArn}s`] } }
    const id = await begin({ fault: onRoles('aws:fis:inject-api-throttle-error') }, { targets: unknown })
    expect(rules()).toEqual([])
    expect((await stateOf(id)).state).toMatchObject({ status: 'failed', reason: expect.stringContaining('empty set') })
  })

  it('is started once, however often the same start is sent', async () => {
    const { create, start, ask } = await experimentFixture()
    const { experimentTemplate } = (await create({ only: wait() })).body as unknown as {
      experimentTemplate: { id: string }
    }
    const [first, second] = [await start(experimentTemplate.id), await start(experimentTemplate.id)]
    expect(second.body).toEqual(first.body)
    expect((await ask('GET', `/experiments?experimentTemplateId=${experimentTemplate.id}`)).body).toMatchObject({
      experiments: [{ experimentTemplateId: experimentTemplate.id }],
    })
    expect((await ask('GET', '/experiments?experimentTemplateId=EXTnone')).body).toEqual({ experiments: [] })
  })

  it('is listed by pages', async () => {
    const { create, ask } = await experimentFixture()
    for (const description of ['one', 'two', 'three']) await create({ only: wait() }, { description })
    const first = await ask('GET', '/experimentTemplates?maxResults=2')
    const { nextToken } = first.body as unknown as { nextToken: string }
    expect(first.body).toMatchObject({ experimentTemplates: [{ description: 'one' }, { description: 'two' }] })
    expect((await ask('GET', `/experimentTemplates?nextToken=${nextToken}`)).body).toEqual({
      experimentTemplates: [expect.objectContaining({ description: 'three' })],
    })
    expect(await ask('GET', '/experimentTemplates?nextToken=none')).toMatchObject({ error: 'ValidationException' })
    expect(await ask('GET', '/experimentTemplates?maxResults=0')).toMatchObject({ error: 'ValidationException' })
  })

  it('keeps its template, which can be read, listed and deleted', async () => {
    const { create, ask } = await experimentFixture()
    const { experimentTemplate } = (await create({ only: wait() })).body as unknown as {
      experimentTemplate: { id: string }
    }
    const path = `/experimentTemplates/${experimentTemplate.id}`
    expect((await ask('GET', path)).body).toEqual({ experimentTemplate })
    expect((await ask('GET', '/experimentTemplates')).body).toMatchObject({
      experimentTemplates: [{ id: experimentTemplate.id }],
    })
    expect((await ask('DELETE', path)).status).toBe(200)
    expect(await ask('GET', path)).toMatchObject({ status: 404, error: 'ResourceNotFoundException' })
  })
})
