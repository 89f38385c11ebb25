import type { Traced } from '../../../localstack/embedded/faults/trace.ts'
import { tableShapes } from '../../../tables/key-shapes.ts'
import type { Exchange } from '../context/person.ts'
import type { SagaRun } from '../recording/saga-runs.ts'
import { byHand, type Part, partOf, partOfService, short } from './participants.ts'

/** One thing that happened, by what it means: what a picture is drawn from. */
export interface Moment {
  atMs: number
  from: string
  to: string
  /** Moments of the same parties and meaning are told as one. */
  what: string
  /** Which one of several, such as a queue: they are told together. */
  which?: string
  times: number
  /** How it ended, when that is worth a word. */
  outcome: string
  /** What a fault did to it. */
  struck?: string
  /** The lower, the sooner it is told; undefined for what is told only when it was struck. */
  rank: number | undefined
  /** Part of the way from the outbox to the consumers, which can be told as one. */
  onItsWay?: boolean
}

/** Stands in `what` for the names of all `which`. */
export const ofSeveral = '{which}'

/** What each kind of moment is worth. */
const ranks = { asked: 1, saga: 1, outside: 1, wrote: 2, begun: 2, carried: 2, looked: 4, tidied: 5 }

export function momentsOf(
  exchanges: readonly Exchange[],
  traced: readonly Traced[],
  sagas: readonly SagaRun[],
  tenant: string,
): Moment[] {
  return [
    ...exchanges.map(ofExchange),
    ...traced.map((one) => (one.kind === 'call' ? ofCall(one, tenant) : ofInvocation(one))),
    ...sagas.map(ofSaga),
  ].toSorted((a, b) => a.atMs - b.atMs)
}

function ofExchange({ who, request, answer, startedAtMs: atMs }: Exchange): Moment {
  const rank = request.startsWith('GET ') ? ranks.looked : ranks.asked
  return { atMs, from: who, to: 'API', what: request, times: 1, outcome: answer, rank }
}

function ofSaga({ saga, what, atMs }: SagaRun): Moment {
  return {
    atMs,
    from: 'Step Functions',
    to: 'saga steps',
    what: `${saga}: ${what}`,
    times: 1,
    outcome: '',
    rank: ranks.saga,
  }
}

function ofInvocation({ atMs, to, what, records = 0, outcome, fault }: Traced): Moment {
  const part = partOf(to)
  const about = { atMs, to: part, times: Math.max(1, records), ...ended(outcome, fault) }
  switch (part) {
    case 'relay':
      return { ...about, from: 'DynamoDB', what: 'the stream brings events', rank: ranks.carried, onItsWay: true }
    case 'consumers':
      return {
        ...about,
        from: 'SQS',
        what: `events for ${ofSeveral}`,
        which: short(to),
        rank: ranks.carried,
        onItsWay: true,
      }
    case 'uploads':
      if (records > 0) return { ...about, from: 'S3', what: 'tells of the upload', rank: ranks.outside }
      return { ...about, from: 'Lambda', what: short(to), rank: undefined }
    case 'saga steps':
      // The saga's own timeline tells it better.
      return { ...about, from: 'Step Functions', what: 'runs steps', rank: undefined }
    case 'API':
      return { ...about, from: 'API', what: `runs ${short(to)}`, rank: undefined }
    default:
      return { ...about, from: 'Lambda', what: what ? `${short(to)}, by ${short(what)}` : short(to), rank: undefined }
  }
}

function ofCall(
  { atMs, from: caller, to: service, what: operation, resources = [], outcome, fault }: Traced,
  tenant: string,
): Moment {
  const from = caller === undefined ? byHand : partOf(caller)
  const to = partOfService(service)
  // A queue of the scenario's own is called after its tenant.
  const names = resources.map((name) => short(name).replace(`${tenant}-`, ''))
  const about = { atMs, from, to, times: 1, ...ended(outcome, fault) }
  if (to === 'DynamoDB') return { ...about, ...ofWrite(from, operation, tablesOf(names)) }
  if (operation === 'SendMessageBatch' && from !== byHand)
    return { ...about, what: `events for ${ofSeveral}`, which: withoutFifo(names), rank: ranks.carried, onItsWay: true }
  if (to === 'SQS' && operation === 'SendMessage')
    return { ...about, what: `a message to ${withoutFifo(names)}`, rank: ranks.outside }
  if (operation === 'StartExecution') return { ...about, what: 'starts the saga', rank: ranks.begun }
  if (operation === 'SendTaskSuccess') return { ...about, what: 'wakes the saga', rank: ranks.begun }
  if (to === 'Mail') return { ...about, what: 'a mail', rank: ranks.outside }
  // Who uploads holds an address that a function has signed.
  if (operation === 'PutObject' && from === 'API')
    return { ...about, from: byHand, what: 'uploads the file', rank: ranks.outside }
  if (to === 'S3' && ['CopyObject', 'DeleteObject', 'PutObject'].includes(operation))
    return { ...about, what: operation, rank: ranks.outside }
  return { ...about, what: [operation, ...names].join(' '), rank: undefined }
}

/** What a call of DynamoDB means for its caller. Reads, and a saga's notes on itself, are told only when they were struck. */
function ofWrite(
  from: Part | typeof byHand,
  operation: string,
  tables: string[],
): Pick<Moment, 'what' | 'rank' | 'onItsWay'> {
  const named = tables.join(', ')
  if (operation === 'TransactWriteItems') {
    const what = `one transaction: ${named}`
    if (from === 'API') {
      // Without a key it registers somebody who was not known before.
      if (!tables.includes('RequestKeys')) return { what: `registers who is new: ${named}`, rank: ranks.tidied }
      return { what, rank: ranks.wrote }
    }
    // A checkpoint alone: the event does not concern this consumer.
    if (from === 'consumers') return { what, rank: tables.length > 1 ? ranks.carried : undefined }
    return { what, rank: from === 'saga steps' ? undefined : ranks.wrote }
  }
  if (operation === 'DeleteItem' && tables.includes('Outbox'))
    return { what: 'removes from Outbox', rank: ranks.tidied, onItsWay: true }
  const isWrite = ['PutItem', 'UpdateItem', 'DeleteItem'].includes(operation)
  if (isWrite && from === byHand) return { what: `changes ${named}`, rank: ranks.outside }
  return { what: `${operation} ${named}`, rank: undefined }
}

function ended(outcome: string, fault: string | undefined): Pick<Moment, 'outcome' | 'struck'> {
  if (fault !== undefined) return { outcome: '', struck: fault }
  if (outcome === 'ok') return { outcome: '' }
  return { outcome: inWords[outcome] ?? outcome }
}

const inWords: Record<string, string> = {
  TransactionCanceledException: 'refused',
  'Runtime.ExitError': 'died',
}

const tableNames = Object.keys(tableShapes)

/** Tables by their physical names, in the order in which they are listed there. */
function tablesOf(names: readonly string[]): string[] {
  const found = new Set(names.map((name) => name.replaceAll('-', '').toLowerCase()))
  return tableNames.filter((table) => found.has(table.toLowerCase()))
}

const withoutFifo = (names: readonly string[]) => names.map((name) => name.replace(/\.fifo$/, '')).join(', ')
