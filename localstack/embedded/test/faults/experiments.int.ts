import { afterEach, describe, expect, it, vi } from 'vitest'
import { createFaults, type Faults } from '../../faults/faults.ts'
import { createExperiments } from '../../fis/experiments.ts'
import type { PolicyStatement } from '../../seams.ts'
import { ownEdge } from '../edge/own-edge.ts'

const closers: (() => void)[] = []
afterEach(() => {
  vi.useRealTimers()
  for (const close of closers.splice(0)) close()
})

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:writer'
const roleArn = 'arn:aws:iam::000000000000:role/writer-role'
const experimentRole = 'arn:aws:iam::000000000000:role/experiments'

interface Answer {
  status: number
  error: string | null
  body: Record<string, never> & { message?: string }
}

/** An edge with FIS whose timers the test moves, and the rules that its experiments set. */
async function bench(roles: Record<string, PolicyStatement[]> = {}) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const log = { info: () => {}, warn: () => {} }
  const faults: Faults = createFaults({ log, functionOf: () => 'writer', crash: () => {}, killStack: () => {} })
  const experiments = createExperiments({
    book: faults.book,
    log,
    targets: {
      functionOfArn: (arn) => (arn === functionArn ? 'writer' : undefined),
      functionsOfRole: (arn) => (arn === roleArn ? ['writer'] : []),
    },
  })
  closers.push(experiments.stop, faults.stop)
  const edge = await ownEdge({ fis: experiments.service }, { roles })
  const ask = async (method: string, path: string, body?: object, key = 'developer'): Promise<Answer> => {
    const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
    const response = await fetch(`${edge.origin}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        'x-amz-date': date,
        authorization: `AWS4-HMAC-SHA256 Credential=${key}/${date.slice(0, 8)}/us-east-1/fis/aws4_request, SignedHeaders=host, Signature=0`,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    return {
      status: response.status,
      error: response.headers.get('x-amzn-errortype'),
      body: (await response.json()) as Answer['body'],
    }
  }
  const create = async (actions: object, more: object = {}) =>
    ask('POST', '/experimentTemplates', template(actions, more))
  const start = async (experimentTemplateId: string) =>
    ask('POST', '/experiments', { clientToken: `start ${experimentTemplateId}`, experimentTemplateId })
  const begin = async (actions: object, more: object = {}) => {
    const made = (await create(actions, more)).body as unknown as { experimentTemplate: { id: string } }
    const started = (await start(made.experimentTemplate.id)).body as unknown as { experiment: { id: string } }
    return started.experiment.id
  }
  const stateOf = async (id: string) => {
    const { experiment } = (await ask('GET', `/experiments/${id}`)).body as unknown as {
      experiment: { state: object; actions: Record<string, { state: { status: string } }> }
    }
    const actions = Object.entries(experiment.actions).map(([name, { state }]) => [name, state.status])
    return { state: experiment.state, actions: Object.fromEntries(actions) as Record<string, string> }
  }
  const rules = () => faults.book.list().map(({ at, where, fault, probability }) => ({ at, where, fault, probability }))
  return { ask, create, start, begin, stateOf, rules }
}

const targets = {
  functions: { resourceType: 'aws:lambda:function', resourceArns: [functionArn], selectionMode: 'ALL' },
  roles: { resourceType: 'aws:iam:role', resourceArns: [roleArn], selectionMode: 'ALL' },
}
const template = (actions: object, more: object = {}) => ({
  clientToken: JSON.stringify([actions, more]),
  description: 'a test',
  stopConditions: [{ source: 'none' }],
  targets,
  actions,
  roleArn: experimentRole,
  ...more,
})
const onFunctions = (actionId: string, parameters: object) => ({
  actionId,
  parameters: { duration: 'PT1M', ...parameters },
  targets: { Functions: 'functions' },
})
const onRoles = (actionId: string, parameters: object = {}) => ({
  actionId,
  parameters: { duration: 'PT1M', service: 'dynamodb', operations: 'GetItem', percentage: '100', ...parameters },
  targets: { Roles: 'roles' },
})
const wait = (more: object = {}) => ({ actionId: 'aws:fis:wait', parameters: { duration: 'PT2M' }, ...more })

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
    const { begin, rules, stateOf } = await bench()
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
    const { begin, rules, stateOf } = await bench()
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
    const { begin, ask, rules, stateOf } = await bench()
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
    const { begin, rules, stateOf } = await bench()
    const unknown = { ...targets, functions: { ...targets.functions, resourceArns: [`${functionArn}s`] } }
    const id = await begin({ fault: onRoles('aws:fis:inject-api-throttle-error') }, { targets: unknown })
    expect(rules()).toEqual([])
    expect((await stateOf(id)).state).toMatchObject({ status: 'failed', reason: expect.stringContaining('empty set') })
  })

  it('is started once, however often the same start is sent', async () => {
    const { create, start, ask } = await bench()
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
    const { create, ask } = await bench()
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
    const { create, ask } = await bench()
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

describe('a template is refused', () => {
  it.each<[string, object, object, string, string]>([
    [
      'with an unknown action',
      { a: { ...wait(), actionId: 'aws:fis:nap' } },
      {},
      'ValidationException',
      'Invalid action ID: aws:fis:nap',
    ],
    [
      'with an action of a service that is not here',
      { a: { ...wait(), actionId: 'aws:dynamodb:global-table-pause-replication' } },
      {},
      'NotImplemented',
      'aws:dynamodb:global-table-pause-replication',
    ],
    [
      'without a duration',
      { a: { actionId: 'aws:fis:wait' } },
      {},
      'ValidationException',
      'lacks the parameter duration',
    ],
    [
      'with a duration below a minute',
      { a: wait({ parameters: { duration: 'PT59S' } }) },
      {},
      'ValidationException',
      'PT59S',
    ],
    [
      'with an unknown parameter',
      { a: wait({ parameters: { duration: 'PT1M', x: '1' } }) },
      {},
      'ValidationException',
      'no parameter x',
    ],
    [
      'with a percentage that is none',
      { a: onRoles('aws:fis:inject-api-throttle-error', { percentage: '0' }) },
      {},
      'ValidationException',
      'percentage',
    ],
    [
      'with a service that is not here',
      { a: onRoles('aws:fis:inject-api-throttle-error', { service: 'ec2' }) },
      {},
      'ValidationException',
      'service is not supported: ec2',
    ],
    [
      'with a target of the wrong type',
      { a: { ...onRoles('aws:fis:inject-api-throttle-error'), targets: { Roles: 'functions' } } },
      {},
      'ValidationException',
      'needs a target of type aws:iam:role',
    ],
    [
      'with actions that wait for each other',
      { a: wait({ startAfter: ['b'] }), b: wait({ startAfter: ['a'] }) },
      {},
      'ValidationException',
      'can never begin',
    ],
    [
      'with an alarm to stop at',
      { a: wait() },
      { stopConditions: [{ source: 'aws:cloudwatch:alarm' }] },
      'NotImplemented',
      'aws:cloudwatch:alarm',
    ],
    [
      'with a share of its targets',
      { a: wait() },
      { targets: { some: { ...targets.roles, selectionMode: 'COUNT(1)' } } },
      'NotImplemented',
      'COUNT(1)',
    ],
    ['without a role', { a: wait() }, { roleArn: undefined }, 'ValidationException', 'roleArn'],
  ])('%s', async (_, actions, more, error, message) => {
    const { create, ask } = await bench()
    const answer = await create(actions, more)
    expect(answer).toMatchObject({ error, body: { message: expect.stringContaining(message) } })
    expect((await ask('GET', '/experimentTemplates')).body).toEqual({ experimentTemplates: [] })
  })

  it('from who may not hand its role to FIS', async () => {
    const allow = (actions: string[]): PolicyStatement => ({ effect: 'Allow', actions, resources: ['*'] })
    const { ask } = await bench({ tester: [allow(['fis:*'])], passer: [allow(['fis:*', 'iam:PassRole'])] })
    const create = (key: string) => ask('POST', '/experimentTemplates', template({ only: wait() }), key)
    expect(await create('tester')).toMatchObject({
      error: 'AccessDeniedException',
      body: { message: expect.stringContaining(`iam:PassRole on resource: ${experimentRole}`) },
    })
    expect((await create('passer')).status).toBe(200)
  })
})
