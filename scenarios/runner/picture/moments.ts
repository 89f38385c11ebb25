import type { TraceEntry } from 'embedded-aws/faults'
import { shortName } from '../../../proof/short-name.ts'
import { tableShapes } from '../../../tables/key-shapes.ts'
import type { Exchange } from '../recording/exchange.ts'
import type { SagaRun } from '../recording/saga-runs.ts'
import { externalClient, type Participant, participantOfFunction, participantOfService } from './participants.ts'

/** One thing that happened, named by what it means. A picture is drawn from the moments of a step. */
export interface Moment {
  atMs: number
  from: string
  to: string
  /** Moments with the same participants and message become one arrow. */
  message: string
  /** One of several addressees, such as a queue, that share an arrow: see {@link addressees}. */
  addressee?: string
  times: number
  /** Empty when it simply succeeded. */
  outcome: string
  /** What a fault did to it. */
  fault?: string
  /** Lower is more important. Undefined: drawn only when a fault hit it. */
  rank: number | undefined
  /** Whether it is on the way from the outbox to the consumers; such moments may become one arrow. */
  isDelivery?: boolean
}

/** Placeholder in a message for the names of all addressees. */
export const addressees = '{addressees}'

const ranks = { request: 1, saga: 1, external: 1, write: 2, start: 2, delivery: 2, read: 4, cleanup: 5 }

/** Every moment of one step in order of time. */
export function toMoments(
  exchanges: readonly Exchange[],
  traced: readonly TraceEntry[],
  runs: readonly SagaRun[],
  tenant: string,
): Moment[] {
  const usesKeys = traced.some(
    ({ what, resources = [] }) => what === 'TransactWriteItems' && isKeyed(tablesOf(resources.map(shortName))),
  )
  return momentsOf(exchanges, traced, runs, tenant, usesKeys)
}

function momentsOf(
  exchanges: readonly Exchange[],
  traced: readonly TraceEntry[],
  runs: readonly SagaRun[],
  tenant: string,
  usesKeys: boolean,
): Moment[] {
  return [
    ...exchanges.map(ofExchange),
    ...traced.map((entry) => (entry.kind === 'call' ? ofCall(entry, tenant, usesKeys) : ofInvocation(entry))),
    ...runs.map(ofSagaRun),
  ].toSorted((a, b) => a.atMs - b.atMs)
}

/**
 * The moments of a step that is not over. What a saga's timeline will say is not read yet, so the running of its steps stands for it; and
 * whether requests have keys is not known before the first is committed.
 */
export function momentsUnderWay(
  exchanges: readonly Exchange[],
  traced: readonly TraceEntry[],
  tenant: string,
): Moment[] {
  const isRun = ({ from, to }: Moment) => from === 'Step Functions' && to === 'saga steps'
  return momentsOf(exchanges, traced, [], tenant, true).map((each) =>
    isRun(each) ? { ...each, rank: ranks.saga } : each,
  )
}

function ofExchange({ who, request, answer, startedAtMs: atMs }: Exchange): Moment {
  const rank = request.startsWith('GET ') ? ranks.read : ranks.request
  return { atMs, from: who, to: 'API', message: request, times: 1, outcome: answer, rank }
}

function ofSagaRun({ saga, steps, atMs }: SagaRun): Moment {
  const message = `${saga}: ${steps}`
  return { atMs, from: 'Step Functions', to: 'saga steps', message, times: 1, outcome: '', rank: ranks.saga }
}

function ofInvocation({ atMs, to, what: source, records = 0, outcome, fault }: TraceEntry): Moment {
  const participant = participantOfFunction(to)
  const common = { atMs, to: participant, times: Math.max(1, records), ...outcomeOf(outcome, fault) }
  const delivery = { rank: ranks.delivery, isDelivery: true }
  switch (participant) {
    case 'relay':
      return { ...common, from: 'DynamoDB', message: 'events from the stream', ...delivery }
    case 'consumers':
      return { ...common, from: 'SQS', message: `events for ${addressees}`, addressee: shortName(to), ...delivery }
    case 'uploads':
      if (records > 0) return { ...common, from: 'S3', message: 'upload notification', rank: ranks.external }
      return { ...common, from: 'Lambda', message: shortName(to), rank: undefined }
    case 'saga steps':
      // The saga's timeline says more.
      return { ...common, from: 'Step Functions', message: 'runs steps', rank: undefined }
    case 'API':
      return { ...common, from: 'API', message: `runs ${shortName(to)}`, rank: undefined }
    default: {
      const message = source ? `${shortName(to)}, invoked by ${shortName(source)}` : shortName(to)
      return { ...common, from: 'Lambda', message, rank: undefined }
    }
  }
}

function ofCall(
  { atMs, from: caller, to: service, what: operation, resources = [], outcome, fault }: TraceEntry,
  tenant: string,
  usesKeys: boolean,
): Moment {
  const from = caller === undefined ? externalClient : participantOfFunction(caller)
  const to = participantOfService(service)
  // A queue that a scenario creates is named after its tenant.
  const names = resources.map((name) => shortName(name).replace(`${tenant}-`, ''))
  const common = { atMs, from, to, times: 1, ...outcomeOf(outcome, fault) }
  if (to === 'DynamoDB') return { ...common, ...ofDynamoCall(from, operation, tablesOf(names), usesKeys) }
  if (operation === 'SendMessageBatch' && from !== externalClient) {
    const message = `events for ${addressees}`
    return { ...common, message, addressee: withoutFifo(names), rank: ranks.delivery, isDelivery: true }
  }
  if (to === 'SQS' && operation === 'SendMessage')
    return { ...common, message: `a message to ${withoutFifo(names)}`, rank: ranks.external }
  if (operation === 'StartExecution') return { ...common, message: 'starts the saga', rank: ranks.start }
  if (operation === 'SendTaskSuccess') return { ...common, message: 'wakes the saga', rank: ranks.start }
  if (to === 'Mail') return { ...common, message: 'a mail', rank: ranks.external }
  // The URL is signed by a function, so the upload carries that function's name.
  if (operation === 'PutObject' && from === 'API')
    return { ...common, from: externalClient, message: 'uploads the file', rank: ranks.external }
  if (to === 'S3' && ['CopyObject', 'DeleteObject', 'PutObject'].includes(operation))
    return { ...common, message: operation, rank: ranks.external }
  return { ...common, message: [operation, ...names].join(' '), rank: undefined }
}

/** What a DynamoDB call means for its caller. Reads, and a saga's writes to its own row, are drawn only when a fault hit them. */
function ofDynamoCall(
  from: Participant | typeof externalClient,
  operation: string,
  tables: string[],
  usesKeys: boolean,
): Pick<Moment, 'message' | 'rank' | 'isDelivery'> {
  const tableNames = tables.join(', ')
  if (operation === 'TransactWriteItems') {
    const message = `one transaction: ${tableNames}`
    if (from === 'API') {
      // Where requests have keys, only the registration of an unknown user has none. On a stack without that guard nobody can tell.
      if (usesKeys && !isKeyed(tables)) return { message: `registers a new user: ${tableNames}`, rank: ranks.cleanup }
      return { message, rank: ranks.write }
    }
    // A checkpoint alone means that the event does not concern this consumer.
    if (from === 'consumers') return { message, rank: tables.length > 1 ? ranks.delivery : undefined }
    return { message, rank: from === 'saga steps' ? undefined : ranks.write }
  }
  if (operation === 'DeleteItem' && tables.includes('Outbox'))
    return { message: 'deletes from Outbox', rank: ranks.cleanup, isDelivery: true }
  const isWrite = ['PutItem', 'UpdateItem', 'DeleteItem'].includes(operation)
  if (isWrite && from === externalClient) return { message: `changes ${tableNames}`, rank: ranks.external }
  return { message: `${operation} ${tableNames}`, rank: undefined }
}

const isKeyed = (tables: readonly string[]) => tables.includes('RequestKeys')

function outcomeOf(outcome: string, fault: string | undefined): Pick<Moment, 'outcome' | 'fault'> {
  if (fault !== undefined) return { outcome: '', fault }
  if (outcome === 'ok') return { outcome: '' }
  return { outcome: outcomeWords[outcome] ?? outcome }
}

const outcomeWords: Record<string, string> = {
  TransactionCanceledException: 'refused',
  'Runtime.ExitError': 'died',
}

const allTables = Object.keys(tableShapes)

/** The tables with these physical names, in the order of `tableShapes`. */
function tablesOf(physicalNames: readonly string[]): string[] {
  const found = new Set(physicalNames.map((name) => name.replaceAll('-', '').toLowerCase()))
  return allTables.filter((table) => found.has(table.toLowerCase()))
}

const withoutFifo = (queues: readonly string[]) => queues.map((name) => name.replace(/\.fifo$/, '')).join(', ')
