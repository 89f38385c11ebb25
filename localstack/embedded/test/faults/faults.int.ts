import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, describe, expect, it } from 'vitest'
import type { WireService } from '../../edge/answer.ts'
import { createFaults } from '../../faults/faults.ts'
import type { FaultRuleInput } from '../../faults/rule.ts'
import type { RunInvocation } from '../../lambda/lambda-pool.ts'
import type { InvokeResult } from '../../ports.ts'
import { clientOptions, ownEdge } from '../edge/own-edge.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** An edge with a table that counts what is put into it, and its faults. */
async function fixture() {
  const put: unknown[] = []
  const lines: string[] = []
  const crashed: string[] = []
  const dynamodb: WireService = {
    handle: async () => ({}),
    async answer(_operation, input) {
      put.push(input)
      return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: '{}' }
    },
  }
  const faults = createFaults({
    log: { info: (line) => void lines.push(line), warn: () => {} },
    functionOf: (roleName) => roleName.replace(/-role$/, ''),
    crash: (name, environment) => void crashed.push(environment ? `${name} ${environment}` : name),
    killStack: () => void crashed.push('the stack'),
  })
  const allowed = [{ effect: 'Allow' as const, actions: ['*'], resources: ['*'] }]
  const edge = await ownEdge({ dynamodb }, { interceptors: [faults.interceptor], roles: { writer: allowed } })
  edge.routes.add('faults', faults.serve)
  edge.routes.add('faults/', faults.serve)
  edge.routes.add('trace', faults.serveTrace)
  closers.push(faults.stop)
  const client = new DynamoDBClient(clientOptions(edge, 'writer'))
  closers.push(() => client.destroy())
  const ask = async (method: string, path = '', body?: unknown) => {
    const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const response = await fetch(`${edge.origin}/_embedded-aws/faults${path}`, init)
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const set = async (rule: FaultRuleInput) => expect((await ask('POST', '', rule)).status).toBe(201)
  const write = (id = '1') =>
    client.send(new PutItemCommand({ TableName: 'Items', Item: { pk: { S: id } } })).then(
      () => 'done',
      (error: Error) => error.name,
    )
  return { edge, faults, ask, set, write, put, lines, crashed }
}

const onPut = { service: 'dynamodb', operation: 'PutItem', resource: 'Items' }

describe('a fault at the edge', () => {
  it.each([
    [{ do: 'refuse', error: 'InternalServerError', status: 500 }, 'InternalServerError', 0],
    [{ do: 'throttle' }, 'ThrottlingException', 0],
    [{ do: 'delay', ms: 1 }, 'done', 1],
    [{ do: 'time-out', ms: 1 }, expect.stringMatching(/Error|ECONNRESET/), 0],
    [{ do: 'lose-answer' }, expect.stringMatching(/Error|ECONNRESET/), 1],
  ] as const)('%j answers %s', async (fault, answer, carriedOut) => {
    const { set, write, put, ask } = await fixture()
    await set({ name: 'one', at: 'call', where: onPut, fault, times: 1 })
    expect(await write()).toEqual(answer)
    expect(put.length).toBe(carriedOut)
    expect(await write()).toBe('done')
    expect((await ask('GET')).body).toMatchObject({ rules: [{ name: 'one', matched: 2, fired: 1 }] })
  })

  it.each([
    ['before', 0],
    ['amid', 1],
    ['after', 1],
  ] as const)('kills the function that calls, %s the call', async (moment, carriedOut) => {
    const { set, write, put, crashed } = await fixture()
    await set({ name: 'death', at: 'call', where: { function: 'writer' }, fault: { do: 'kill', moment } })
    expect(await write()).not.toBe('done')
    expect([crashed, put.length]).toEqual([['writer number 1'], carriedOut])
  })

  it('kills the whole stack when the rule says so', async () => {
    const { set, write, crashed } = await fixture()
    await set({ name: 'death', at: 'call', where: onPut, fault: { do: 'kill', what: 'stack', moment: 'after' } })
    await write()
    expect(crashed).toEqual(['the stack'])
  })

  it('holds a call until the rule is removed', async () => {
    const { set, write, put, ask } = await fixture()
    await set({ name: 'gate', at: 'call', where: { ...onPut, key: 'held' }, fault: { do: 'hold' } })
    const held = write('held')
    expect(await write('free')).toBe('done')
    expect(put.length).toBe(1)
    await ask('DELETE', '/gate')
    expect(await held).toBe('done')
    expect(put.length).toBe(2)
  })

  it('lets a call be overtaken by later ones', async () => {
    const { set, write, put, ask } = await fixture()
    await set({ name: 'slow', at: 'call', where: onPut, fault: { do: 'overtaken', by: 2, ms: 60_000 }, times: 1 })
    const overtaken = write('1')
    while ((await ask('GET', '/slow')).body.fired === 0);
    for (const id of ['2', '3']) await write(id)
    expect(await overtaken).toBe('done')
    expect(put.map((each) => (each as { Item: { pk: { S: string } } }).Item.pk.S)).toEqual(['2', '3', '1'])
    expect((await ask('GET', '/slow')).body).toMatchObject({ matched: 3, fired: 1 })
  })

  it('continues in time when nothing overtakes, and is not counted', async () => {
    const { set, write, ask, lines } = await fixture()
    await set({ name: 'slow', at: 'call', where: onPut, fault: { do: 'overtaken', ms: 1 }, times: 1 })
    expect(await write()).toBe('done')
    expect((await ask('GET', '/slow')).body).toMatchObject({ matched: 1, fired: 0 })
    expect(lines.at(-1)).toContain('fault slow not counted')
  })

  it('is logged when it is added, fires and is removed', async () => {
    const { set, write, ask, lines } = await fixture()
    await set({ name: 'lost', at: 'call', where: onPut, fault: { do: 'lose-answer' } })
    await write()
    await ask('DELETE')
    expect(lines).toEqual([
      expect.stringContaining('fault lost added'),
      expect.stringMatching(/fault lost fires \(1\): writer calls dynamodb PutItem Items: completed, response lost/),
      expect.stringContaining('fault lost removed: matched 1 times, fired 1 times'),
    ])
  })

  it('is refused when it is invalid or its name is taken', async () => {
    const { set, ask, edge } = await fixture()
    const cut = await fetch(`${edge.origin}/_embedded-aws/faults`, { method: 'POST', body: '{"name": ' })
    expect([cut.status, await cut.json()]).toEqual([422, { error: 'the body is not JSON, or has more than 64 KB' }])
    const refused = await ask('POST', '', { name: 'x', at: 'call', where: { tabel: 'Items' }, fault: { do: 'hold' } })
    expect([refused.status, String(refused.body.error)]).toEqual([422, expect.stringContaining('tabel')])
    await set({ name: 'x', at: 'call', where: {}, fault: { do: 'throttle' } })
    expect((await ask('POST', '', { name: 'x', at: 'call', where: {}, fault: { do: 'throttle' } })).status).toBe(409)
    expect((await ask('DELETE', '/y')).status).toBe(404)
    expect((await ask('DELETE')).status).toBe(200)
    expect((await ask('GET')).body).toEqual({ rules: [] })
  })

  it("can be watched live in the trace, by text in a call's input", async () => {
    const { edge, set, write } = await fixture()
    await set({ name: 'slow', at: 'call', where: { key: 'mine' }, fault: { do: 'throttle' }, times: 1 })
    const response = await fetch(`${edge.origin}/_embedded-aws/trace?contains=mine`)
    for (const id of ['other', 'mine', 'mine']) await write(id)
    const lines: string[] = []
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    for (let text = ''; lines.length < 2; lines.splice(0, lines.length, ...text.split('\n').slice(0, -1)))
      text += (await reader?.read())?.value ?? ''
    await reader?.cancel()
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        kind: 'call',
        from: 'writer',
        to: 'dynamodb',
        what: 'PutItem',
        outcome: 'ThrottlingException',
        fault: 'throttled',
      },
      { kind: 'call', from: 'writer', to: 'dynamodb', what: 'PutItem', resources: ['Items'], outcome: 'ok' },
    ])
  })
})

describe('a fault around an invocation', () => {
  const event = { Records: [{ n: 1 }, { n: 2 }] }

  async function invoke(rule: Omit<FaultRuleInput & { at: 'invocation' }, 'name' | 'at' | 'where'>) {
    const { faults, set, crashed } = await fixture()
    await set({ name: 'r', at: 'invocation', where: { function: 'consumer' }, ...rule } as FaultRuleInput)
    const got: unknown[] = []
    const run: RunInvocation = async ({ payload = event, clockSkewMs } = {}) => {
      got.push(clockSkewMs === undefined ? payload : { payload, clockSkewMs })
      return { status: 'succeeded', payload: 'fine' }
    }
    const invocation = { functionName: 'consumer', version: '1', requestId: '1', payload: event }
    const result = await faults.around(invocation, run).catch((error: Error) => ({ status: error.name }))
    return { result, got, crashed }
  }

  it.each([
    [{ do: 'refuse', error: 'Boom' }, { status: 'failed', errorType: 'Boom' }, 0],
    [{ do: 'throttle' }, { status: 'TooManyRequestsException' }, 0],
    [{ do: 'delay', ms: 1 }, { status: 'succeeded' }, 1],
    [{ do: 'time-out', ms: 1 }, { status: 'failed', errorType: 'Sandbox.Timedout' }, 0],
    [{ do: 'lose-answer' }, { status: 'failed' }, 1],
    [{ do: 'lose' }, { status: 'succeeded', payload: null }, 0],
    [{ do: 'answer', payload: { statusCode: 503 } }, { status: 'succeeded', payload: { statusCode: 503 } }, 0],
    [{ do: 'answer', payload: 'mine', run: true }, { status: 'succeeded', payload: 'mine' }, 1],
    [{ do: 'repeat' }, { status: 'succeeded' }, 2],
    [{ do: 'repeat', atOnce: true }, { status: 'succeeded' }, 2],
    [{ do: 'kill', moment: 'before' }, { status: 'failed', errorType: 'Runtime.ExitError' }, 0],
    [{ do: 'kill', moment: 'amid', ms: 0 }, { status: 'failed', errorType: 'Runtime.ExitError' }, 1],
    [{ do: 'kill', moment: 'after' }, { status: 'failed', errorType: 'Runtime.ExitError' }, 1],
  ] as const)('%j ends as %j', async (fault, expected, runs) => {
    const { result, got, crashed } = await invoke({ fault })
    expect(result).toMatchObject(expected)
    expect(got).toEqual(Array(runs).fill(event))
    expect(crashed).toEqual(fault.do === 'kill' ? ['consumer'] : [])
  })

  it('runs both copies concurrently with atOnce', async () => {
    const { faults, set } = await fixture()
    await set({ name: 'twins', at: 'invocation', where: {}, fault: { do: 'repeat', atOnce: true } })
    const second = Promise.withResolvers<void>()
    let runs = 0
    const run = async (): Promise<InvokeResult> => {
      if (++runs === 1) await second.promise
      else second.resolve()
      return { status: 'succeeded', payload: runs }
    }
    const invocation = { functionName: 'consumer', version: '1', requestId: '1', payload: event }
    expect(await faults.around(invocation, run)).toMatchObject({ status: 'succeeded' })
  })

  it('delivers a batch in reverse order', async () => {
    const { result, got } = await invoke({ fault: { do: 'reverse' } })
    expect(result).toMatchObject({ status: 'succeeded' })
    expect(got).toEqual([{ Records: [{ n: 2 }, { n: 1 }] }])
  })

  it('skews the clock that a function sees', async () => {
    const { result, got } = await invoke({ fault: { do: 'skew-clock', ms: -90_000 } })
    expect(result).toMatchObject({ status: 'succeeded' })
    expect(got).toEqual([{ payload: event, clockSkewMs: -90_000 }])
  })

  it('lets later batches overtake a batch', async () => {
    const { faults, set, ask } = await fixture()
    const fault = { do: 'overtaken', by: 1, ms: 60_000 } as const
    await set({ name: 'late', at: 'invocation', where: { function: 'consumer' }, fault, times: 1 })
    const order: string[] = []
    const invocation = { functionName: 'consumer', version: '1', requestId: '1', payload: event }
    const batch = (name: string, status: 'succeeded' | 'failed' = 'succeeded') =>
      faults.around(invocation, async () => {
        order.push(name)
        return status === 'failed' ? { status, errorType: 'E', errorMessage: '' } : { status, payload: null }
      })
    const first = batch('first')
    await batch('failed', 'failed')
    await batch('second')
    await first
    expect(order).toEqual(['failed', 'second', 'first'])
    expect((await ask('GET', '/late')).body).toMatchObject({ matched: 3, fired: 1 })
  })

  it("holds a consumer's invocations until the rule is removed", async () => {
    const { faults, set, ask } = await fixture()
    await set({ name: 'cut', at: 'invocation', where: { function: 'consumer' }, fault: { do: 'hold' } })
    let runs = 0
    const run = async (): Promise<InvokeResult> => ({ status: 'succeeded', payload: ++runs })
    const invocation = { functionName: 'consumer', version: '1', requestId: '1', payload: event }
    const cut = faults.around(invocation, run)
    await faults.around({ ...invocation, functionName: 'other' }, run)
    expect(runs).toBe(1)
    await ask('DELETE', '/cut')
    expect(await cut).toEqual({ status: 'succeeded', payload: 2 })
  })
})

describe('a fault of an outgoing connection', () => {
  const call = {
    functionName: 'app-run-webhook-step',
    environment: 'e1',
    host: '127.0.0.1:8080',
    payload: { tenant: 'acme' },
  }

  it.each([
    [{ do: 'refuse' }, { do: 'refuse', code: 'ECONNREFUSED' }, []],
    [{ do: 'delay', ms: 1 }, { do: 'pass' }, []],
    [{ do: 'time-out', ms: 1 }, { do: 'refuse', code: 'ETIMEDOUT' }, []],
    [{ do: 'lose-answer' }, { do: 'lose' }, []],
    [{ do: 'kill', moment: 'before' }, { do: 'refuse', code: 'ECONNRESET' }, ['app-run-webhook-step e1']],
    [{ do: 'kill', moment: 'after' }, { do: 'swallow', onAnswer: expect.any(Function) }, []],
  ] as const)('%j makes it end as %j', async (fault, verdict, dead) => {
    const { faults, set, ask, crashed, lines } = await fixture()
    const where = { function: '*-run-webhook-step', host: '*:8080', key: 'acme' }
    await set({ name: 'far', at: 'outgoing', where, fault, times: 1 })
    expect(await faults.outgoing(call)).toEqual(verdict)
    expect(crashed).toEqual(dead)
    expect(await faults.outgoing(call)).toEqual({ do: 'pass' })
    expect((await ask('GET', '/far')).body).toMatchObject({ matched: 2, fired: 1 })
    expect(lines.at(-1)).toContain('app-run-webhook-step connects to 127.0.0.1:8080')
  })

  it('holds it, and no other, until the rule is removed', async () => {
    const { faults, set, ask } = await fixture()
    await set({ name: 'gate', at: 'outgoing', where: { host: '127.0.0.1:8080' }, fault: { do: 'hold' } })
    const held = faults.outgoing(call)
    expect(await faults.outgoing({ ...call, host: 'example.com:443' })).toEqual({ do: 'pass' })
    await ask('DELETE', '/gate')
    expect(await held).toEqual({ do: 'pass' })
  })
})
