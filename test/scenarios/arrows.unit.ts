import { describe, expect, it } from 'vitest'
import * as functions from '../../app/functions.ts'
import type { Traced } from '../../localstack/embedded/faults/trace.ts'
import type { Exchange } from '../../scenarios/runner/context/person.ts'
import { arrowLine, pictureOf } from '../../scenarios/runner/picture/arrows.ts'
import { momentsOf } from '../../scenarios/runner/picture/moments.ts'
import { partOf } from '../../scenarios/runner/picture/participants.ts'
import type { SagaRun } from '../../scenarios/runner/recording/saga-runs.ts'

let clock = 0
const at = () => ++clock
const own = (name: string) => `steadfast-local-${name}`

const asks = (who: string, request: string, answer: string): Exchange => ({
  ...{ who, request, answer, startedAtMs: at(), endedAtMs: at() },
})
const calls = (
  from: string | undefined,
  to: string,
  what: string,
  resources: string[] = [],
  more: Partial<Traced> = {},
): Traced => ({
  ...{ kind: 'call', atMs: at(), from: from && own(from), to, what, resources: resources.map(own), outcome: 'ok' },
  ...more,
})
const brings = (what: string, to: string, records: number, more: Partial<Traced> = {}): Traced => ({
  ...{ kind: 'invocation', atMs: at(), to: own(to), what: own(what), records, outcome: 'ok' },
  ...more,
})

const writes = (more: Partial<Traced> = {}) =>
  calls('create-ticket', 'dynamodb', 'TransactWriteItems', ['request-keys', 'tickets', 'events', 'outbox'], more)
const reads = () => calls('create-ticket', 'dynamodb', 'TransactGetItems', ['request-keys', 'tickets'])
const queues = ['project-views', 'start-saga', 'unassign-tickets']
const relays = (more: Partial<Traced> = {}) => [
  brings('outbox', 'relay-outbox', 1, more),
  ...queues.map((queue) => calls('relay-outbox', 'sqs', 'SendMessageBatch', [`${queue}.fifo`])),
  calls('relay-outbox', 'dynamodb', 'DeleteItem', ['outbox']),
  ...queues.map((queue) => brings(`${queue}.fifo`, queue, 1)),
]

const drawn = (exchanges: Exchange[], traced: Traced[], runs: SagaRun[] = []) =>
  pictureOf(momentsOf(exchanges, traced, runs, 'mine')).map(arrowLine)

describe('the picture of a step', () => {
  it('tells a request by what it asked and the one transaction that it made; reads are left out', () => {
    expect(drawn([asks('carla', 'POST /tickets', '201')], [reads(), writes(), reads()])).toEqual([
      'carla → API: POST /tickets (201)',
      'API → DynamoDB: one transaction: Tickets, Events, Outbox, RequestKeys',
    ])
  })

  it('counts equal things, and how they ended', () => {
    const copies = ['201', '201 replayed', '201 replayed'].map((answer) => asks('carla', 'POST /tickets', answer))
    const refused = () => writes({ outcome: 'TransactionCanceledException' })
    expect(drawn(copies, [refused(), writes(), refused()])).toEqual([
      'carla → API: POST /tickets ×3 (201 ×1, 201 replayed ×2)',
      'API → DynamoDB: one transaction: Tickets, Events, Outbox, RequestKeys ×3 (refused ×2, done ×1)',
    ])
  })

  it('tells a crowd by its number', () => {
    const crowd = ['ann', 'bob', 'cid', 'dan'].map((who) => asks(who, 'POST /tickets', '201'))
    expect(drawn(crowd, [])).toEqual(['4 people → API: POST /tickets ×4 (201)'])
    expect(drawn(crowd.slice(0, 2), [])).toHaveLength(2)
  })

  it('follows events from the stream through relay and queues to the consumers, all queues in one arrow', () => {
    expect(drawn([], [...relays(), ...relays()])).toEqual([
      'DynamoDB → relay: the stream brings events ×2',
      'relay → SQS: events for project-views, start-saga, unassign-tickets ×2',
      'relay → DynamoDB: removes from Outbox ×2',
      'SQS → consumers: events for project-views, start-saga, unassign-tickets ×2',
    ])
  })

  const people = () => ['ada', 'bob', 'carla'].map((who, index) => asks(who, `POST /${index}`, '201'))
  const runs = (): SagaRun[] => [
    { saga: 'notification', way: 'forward', what: 'budget, notice, mail refused', atMs: at() },
    { saga: 'notification', way: 'back', what: 'undo notice, undo budget', atMs: at() },
  ]

  it('has seven arrows at most: the way of the events becomes one, and what counts least is left out', () => {
    const asked = people()
    const traced = [writes(), ...relays(), calls('start-saga', 'states', 'StartExecution', ['notification'])]
    expect(drawn(asked, traced, runs())).toEqual([
      'ada → API: POST /0 (201)',
      'bob → API: POST /1 (201)',
      'carla → API: POST /2 (201)',
      'API → DynamoDB: one transaction: Tickets, Events, Outbox, RequestKeys',
      'DynamoDB → consumers: events, by way of relay and queues',
      'Step Functions → saga steps: notification: budget, notice, mail refused',
      'Step Functions → saga steps: notification: undo notice, undo budget',
    ])
  })

  it('always tells what a fault struck, and what it did, even to a read', () => {
    const fault = 'done, and the answer lost'
    const struck = [
      calls('create-ticket', 'dynamodb', 'TransactGetItems', ['tickets'], { outcome: 'no answer', fault }),
      writes({ outcome: 'no answer', fault }),
      ...relays({ outcome: 'Runtime.ExitError', fault: 'the function killed before it' }),
    ]
    const lines = drawn(people(), struck, runs())
    expect(lines).toHaveLength(7)
    expect(lines.filter((line) => line.includes('fault: '))).toEqual([
      'API → DynamoDB: TransactGetItems Tickets (fault: done, and the answer lost)',
      'API → DynamoDB: one transaction: Tickets, Events, Outbox, RequestKeys (fault: done, and the answer lost)',
      'DynamoDB → relay: the stream brings events (fault: the function killed before it)',
    ])
  })

  it('tells apart what was struck and what was not', () => {
    const refused = { outcome: 'ServiceUnavailable', fault: 'refused with ServiceUnavailable' }
    const mail = (more: Partial<Traced> = {}) => calls('run-notification-step', 'ses', 'SendRawEmail', [], more)
    expect(drawn([], [mail(refused), mail(refused), mail()])).toEqual([
      'saga steps → Mail: a mail ×2 (fault: refused with ServiceUnavailable)',
      'saga steps → Mail: a mail',
    ])
  })

  it('tells a function of the API by its name when a fault struck it, and not otherwise', () => {
    const invoked = {
      kind: 'invocation',
      atMs: at(),
      to: own('create-ticket'),
      what: '',
      records: 0,
      outcome: 'ok',
    } as const
    expect(drawn([], [invoked, { ...invoked, fault: 'its clock 480 s ahead' }])).toEqual([
      'API → API: runs create-ticket (fault: its clock 480 s ahead)',
    ])
  })

  it('tells what is done by hand, and an upload by a signed address as done by who holds it', () => {
    const traced = [
      calls(undefined, 'dynamodb', 'UpdateItem', ['views']),
      calls(undefined, 'dynamodb', 'GetItem', ['checkpoints']),
      calls('get-attachment', 's3', 'PutObject'),
    ]
    expect(drawn([], traced)).toEqual(['by hand → DynamoDB: changes Views', 'by hand → S3: uploads the file'])
  })
})

describe('the parts of a picture', () => {
  const { httpFunctions, subscribers, sagaFunctions, reconcileFunctions, ...others } = functions
  const namesIn = (group: object) => Object.keys(group)

  it.each([
    ['API', httpFunctions],
    ['consumers', subscribers],
    ['saga steps', sagaFunctions],
    ['reconciler', reconcileFunctions],
  ])('%s: every function of that kind plays it, and no other', (part, group) => {
    expect(namesIn(group).map((name) => partOf(own(name)))).toEqual(namesIn(group).map(() => part))
    const rest = Object.values(others).flatMap(namesIn)
    expect(rest.length).toBeGreaterThan(3)
    expect(rest.filter((name) => partOf(own(name)) === part)).toEqual([])
  })
})
