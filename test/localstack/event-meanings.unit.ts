import type { StackEvent } from 'embedded-aws/extension'
import { describe, expect, it } from 'vitest'
import { eventMeanings } from '../../localstack/steadfast/event-meanings.ts'
import { superseded } from '../../sagas/step-errors.ts'

function request(responseHeaders: Record<string, string>): StackEvent {
  return { kind: 'request', method: 'POST', path: '/tickets', status: 201, ms: 1, requestHeaders: {}, responseHeaders }
}
const execution = (status: 'RUNNING' | 'SUCCEEDED' | 'FAILED', output = {}): StackEvent => ({
  kind: 'execution',
  machineName: 'steadfast-local-notification',
  executionName: 's1-1',
  status,
  input: JSON.stringify({ sagaId: 's1', correlationId: 'c1' }),
  output: JSON.stringify(output),
})
const failure = (payload: unknown): StackEvent => ({
  kind: 'failure',
  functionName: 'steadfast-local-create-ticket',
  requestId: 'r',
  payload,
  ms: 1,
  errorType: 'Error',
  errorMessage: '',
})
const message = (body: string): StackEvent => ({
  kind: 'message',
  queueName: 'steadfast-local-start-sagas.fifo',
  functionName: 'steadfast-local-start-sagas',
  messageId: 'm',
  body,
  outcome: 'delivered',
  ms: 1,
})
const meaningOf = (...events: StackEvent[]) => {
  const { meaningOf } = eventMeanings()
  return events.map((event) => meaningOf?.(event)).at(-1)
}

describe('an event of the stack', () => {
  it('that answers a duplicate is told as a replay', () => {
    expect(meaningOf(request({ 'idempotent-replayed': 'true' }))).toEqual({ outcome: '201 replayed', tone: 'repeat' })
    expect(meaningOf(request({}))).toBeUndefined()
  })

  it('that brings an event of the domain names it, and the request that led to it', () => {
    expect(meaningOf(message('{"type":"ticket.opened","correlationId":"c1"}'))).toEqual({
      correlationId: 'c1',
      what: 'ticket.opened → start-sagas',
    })
  })

  it('that brings anything else names the queue', () => {
    for (const body of ['', 'null', '[1]', '{"type":7,"correlationId":{}}'])
      expect(meaningOf(message(body))).toEqual({ correlationId: undefined, what: 'start-sagas → start-sagas' })
  })

  it.each([
    ['completed', {}, undefined],
    ['completed', { pivot: { direction: 'forward' } }, undefined],
    ['compensated', { pivot: { direction: 'compensate' } }, 'undone'],
    ['superseded', { error: { Error: superseded } }, undefined],
  ])('that ends an execution says what became of the saga: %s', (outcome, output, tone) => {
    expect(meaningOf(execution('SUCCEEDED', output))).toEqual({
      correlationId: 'c1',
      what: 'saga notification',
      outcome,
      ...(tone && { tone }),
    })
  })

  it('that is a failure names the request that led to it, whatever called the function', () => {
    const task = failure({ sagaId: 's1' })
    const requestContext = { requestId: 'r1' }
    const byRequest = (headers: Record<string, string> | null) => meaningOf(failure({ headers, requestContext }))
    expect(byRequest({ 'X-Correlation-Id': 'c1' })?.correlationId).toBe('c1')
    expect(byRequest(null)?.correlationId).toBe('r1')
    expect(meaningOf(failure({ Records: [{ body: '{"correlationId":"c1"}' }] }))?.correlationId).toBe('c1')
    expect(meaningOf(execution('RUNNING'), task)?.correlationId).toBe('c1')
    expect(meaningOf(execution('RUNNING'), execution('FAILED'), task)?.correlationId).toBeUndefined()
    expect(meaningOf(failure(null))).toEqual({ correlationId: undefined, what: 'create-ticket' })
  })
})
