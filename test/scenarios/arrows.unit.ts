import type { TraceEntry } from 'embedded-aws/faults'
import { describe, expect, it } from 'vitest'
import * as functions from '../../app/functions.ts'
import { formatArrow, toArrows } from '../../scenarios/runner/picture/arrows.ts'
import { momentsUnderWay, toMoments } from '../../scenarios/runner/picture/moments.ts'
import { participantOfFunction } from '../../scenarios/runner/picture/participants.ts'
import type { Exchange } from '../../scenarios/runner/recording/exchange.ts'
import type { SagaRun } from '../../scenarios/runner/recording/saga-runs.ts'

let clock = 0
const nextMs = () => ++clock
const physicalName = (name: string) => `steadfast-local-${name}`

const exchange = (who: string, request: string, answer: string): Exchange => ({
  who,
  request,
  answer,
  startedAtMs: nextMs(),
  endedAtMs: nextMs(),
})
const call = (
  from: string | undefined,
  to: string,
  what: string,
  resources: string[] = [],
  fields: Partial<TraceEntry> = {},
): TraceEntry => ({
  kind: 'call',
  atMs: nextMs(),
  from: from && physicalName(from),
  to,
  what,
  resources: resources.map(physicalName),
  outcome: 'ok',
  ...fields,
})
const invocation = (what: string, to: string, records: number, fields: Partial<TraceEntry> = {}): TraceEntry => ({
  kind: 'invocation',
  atMs: nextMs(),
  to: physicalName(to),
  what: physicalName(what),
  records,
  outcome: 'ok',
  ...fields,
})

const write = (fields: Partial<TraceEntry> = {}) =>
  call('create-ticket', 'dynamodb', 'TransactWriteItems', ['request-keys', 'tickets', 'events', 'outbox'], fields)
const read = () => call('create-ticket', 'dynamodb', 'TransactGetItems', ['request-keys', 'tickets'])
const queues = ['project-views', 'start-saga', 'unassign-tickets']
const delivery = (fields: Partial<TraceEntry> = {}) => [
  invocation('outbox', 'relay-outbox', 1, fields),
  ...queues.map((queue) => call('relay-outbox', 'sqs', 'SendMessageBatch', [`${queue}.fifo`])),
  call('relay-outbox', 'dynamodb', 'DeleteItem', ['outbox']),
  ...queues.map((queue) => invocation(`${queue}.fifo`, queue, 1)),
]

const draw = (exchanges: Exchange[], traced: TraceEntry[], runs: SagaRun[] = []) =>
  toArrows(toMoments(exchanges, traced, runs, 'my-tenant')).map(formatArrow)

describe('the picture of a step', () => {
  it('shows a request and the transaction it made, and leaves reads out', () => {
    expect(draw([exchange('carla', 'POST /tickets', '201')], [read(), write(), read()])).toEqual([
      'carla → API: POST /tickets (201)',
      'API → DynamoDB: one transaction: Tickets, Events, Outbox, RequestKeys',
    ])
  })

  it('of a step that is under way shows that saga steps run, as their timeline is not read yet', () => {
    const asked = exchange('carla', 'POST /tickets', '201')
    const traced = [invocation('', 'run-notification-step', 0), invocation('', 'run-notification-step', 0)]
    expect(toArrows(momentsUnderWay([asked], traced, 'my-tenant')).map(formatArrow)).toEqual([
      'carla → API: POST /tickets (201)',
      'Step Functions → saga steps: runs steps ×2',
    ])
    expect(draw([], traced)).toEqual([])
  })

  it('counts equal calls and their outcomes', () => {
    const copies = ['201', '201 replayed', '201 replayed'].map((answer) => exchange('carla', 'POST /tickets', answer))
    const refused = () => write({ outcome: 'TransactionCanceledException' })
    expect(draw(copies, [refused(), write(), refused()])).toEqual([
      'carla → API: POST /tickets ×3 (201 ×1, 201 replayed ×2)',
      'API → DynamoDB: one transaction: Tickets, Events, Outbox, RequestKeys ×3 (refused ×2, done ×1)',
    ])
  })

  it('calls a transaction without request key a registration only where other requests have one', () => {
    const keyless = () => call('create-ticket', 'dynamodb', 'TransactWriteItems', ['tickets', 'events', 'outbox'])
    expect(draw([], [keyless(), write()])).toContain('API → DynamoDB: registers a new user: Tickets, Events, Outbox')
    expect(draw([], [keyless(), keyless()])).toEqual(['API → DynamoDB: one transaction: Tickets, Events, Outbox ×2'])
  })

  it('merges more than three people with the same request into one participant', () => {
    const crowd = ['ann', 'bob', 'cid', 'dan'].map((who) => exchange(who, 'POST /tickets', '201'))
    expect(draw(crowd, [])).toEqual(['4 people → API: POST /tickets ×4 (201)'])
    expect(draw(crowd.slice(0, 2), [])).toHaveLength(2)
  })

  it('follows events from the stream through relay and queues to the consumers, with one arrow for all queues', () => {
    expect(draw([], [...delivery(), ...delivery()])).toEqual([
      'DynamoDB → relay: events from the stream ×2',
      'relay → SQS: events for project-views, start-saga, unassign-tickets ×2',
      'relay → DynamoDB: deletes from Outbox ×2',
      'SQS → consumers: events for project-views, start-saga, unassign-tickets ×2',
    ])
  })

  const threePeople = () => ['ada', 'bob', 'carla'].map((who, index) => exchange(who, `POST /${index}`, '201'))
  const compensatedSaga = (): SagaRun[] => [
    { saga: 'notification', direction: 'forward', steps: 'budget, notice, mail refused', atMs: nextMs() },
    { saga: 'notification', direction: 'compensation', steps: 'undo notice, undo budget', atMs: nextMs() },
  ]

  it('has at most seven arrows: delivery becomes one, and the least important are left out', () => {
    const exchanges = threePeople()
    const traced = [write(), ...delivery(), call('start-saga', 'states', 'StartExecution', ['notification'])]
    expect(draw(exchanges, traced, compensatedSaga())).toEqual([
      'ada → API: POST /0 (201)',
      'bob → API: POST /1 (201)',
      'carla → API: POST /2 (201)',
      'API → DynamoDB: one transaction: Tickets, Events, Outbox, RequestKeys',
      'DynamoDB → consumers: events, through relay and queues',
      'Step Functions → saga steps: notification: budget, notice, mail refused',
      'Step Functions → saga steps: notification: undo notice, undo budget',
    ])
  })

  it('always shows what a fault hit and what it did, even to a read', () => {
    const fault = 'completed, response lost'
    const faulted = [
      call('create-ticket', 'dynamodb', 'TransactGetItems', ['tickets'], { outcome: 'no answer', fault }),
      write({ outcome: 'no answer', fault }),
      ...delivery({ outcome: 'Runtime.ExitError', fault: 'function killed before the invocation' }),
    ]
    const arrows = draw(threePeople(), faulted, compensatedSaga())
    expect(arrows).toHaveLength(7)
    expect(arrows.filter((arrow) => arrow.includes('fault: '))).toEqual([
      'API → DynamoDB: TransactGetItems Tickets (fault: completed, response lost)',
      'API → DynamoDB: one transaction: Tickets, Events, Outbox, RequestKeys (fault: completed, response lost)',
      'DynamoDB → relay: events from the stream (fault: function killed before the invocation)',
    ])
  })

  it('separates calls that a fault hit from equal calls that it did not hit', () => {
    const refused = { outcome: 'ServiceUnavailable', fault: 'refused with ServiceUnavailable' }
    const mail = (fields: Partial<TraceEntry> = {}) => call('run-notification-step', 'ses', 'SendRawEmail', [], fields)
    expect(draw([], [mail(refused), mail(refused), mail()])).toEqual([
      'saga steps → Mail: a mail ×2 (fault: refused with ServiceUnavailable)',
      'saga steps → Mail: a mail',
    ])
  })

  it('names a function of the API only when a fault hit its invocation', () => {
    const invoked = invocation('', 'create-ticket', 0, { what: '' })
    expect(draw([], [invoked, { ...invoked, fault: 'its clock 480 s ahead' }])).toEqual([
      'API → API: runs create-ticket (fault: its clock 480 s ahead)',
    ])
  })

  it('attributes calls from outside the stack, and uploads to a signed URL, to an external client', () => {
    const traced = [
      call(undefined, 'dynamodb', 'UpdateItem', ['views']),
      call(undefined, 'dynamodb', 'GetItem', ['checkpoints']),
      call('get-attachment', 's3', 'PutObject'),
    ]
    expect(draw([], traced)).toEqual([
      'external client → DynamoDB: changes Views',
      'external client → S3: uploads the file',
    ])
  })
})

describe('a participant', () => {
  const { httpFunctions, consoleFunctions, subscribers, sagaFunctions, reconcileFunctions, ...otherGroups } = functions
  const namesIn = (group: object) => Object.keys(group)

  it.each([
    ['API', { ...httpFunctions, ...consoleFunctions }],
    ['consumers', subscribers],
    ['saga steps', sagaFunctions],
    ['reconciler', reconcileFunctions],
  ])('%s stands for every function of its kind, and for no other', (participant, group) => {
    expect(namesIn(group).map((name) => participantOfFunction(physicalName(name)))).toEqual(
      namesIn(group).map(() => participant),
    )
    const otherNames = Object.values(otherGroups).flatMap(namesIn)
    expect(otherNames.length).toBeGreaterThan(3)
    expect(otherNames.filter((name) => participantOfFunction(physicalName(name)) === participant)).toEqual([])
  })
})
