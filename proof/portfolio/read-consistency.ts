import type { FunctionName, HttpFunctionName, httpFunctions } from '../../app/functions.ts'
import { reflectedWithinMs } from '../../app/views/view-reader.ts'
import type { RecordedWork } from './recorded-work.ts'

/**
 * How fresh an answer is. `strong`: every row as it is when it is read, one after the other. `snapshot`: all rows as of one moment.
 * `eventual`: from an index, which follows its table. `view`: from a read model, which says how far it is. `constant`: from no data.
 */
export type Consistency = 'strong' | 'snapshot' | 'eventual' | 'view' | 'constant'

export interface ReadContract {
  chosen: Consistency
  why: string
  /** What a reader may see that somebody else would call old. */
  sees: string
  /** How a client reads its own write. */
  ownWrite: string
}

type RouteOf<Name extends HttpFunctionName> = (typeof httpFunctions)[Name]['route']

/** The functions that answer a GET. */
export type ReadName = {
  [Name in HttpFunctionName]: RouteOf<Name> extends `GET ${string}` ? Name : never
}[HttpFunctionName]

const atOnce = 'at once: it is committed before it is answered'
const nothingOld = 'nothing old'
const waits = `\`consistentWith\` with the ETag and \`ticket\`: waits up to ${reflectedWithinMs / 1_000} s, then 503`
const aggregate =
  'one ticket, read by key: strong costs twice an eventual read, and nobody asks why a comment is missing'

/** Every endpoint that reads. One without an entry does not compile, and one that reads otherwise stops the generation. */
export const readContracts: Record<ReadName, ReadContract> = {
  'get-ticket': { chosen: 'strong', why: aggregate, sees: nothingOld, ownWrite: atOnce },
  'list-tickets': {
    chosen: 'eventual',
    why: 'no table can be asked by status or person, and a transaction cannot read an index. A read model would cost twice as much and be later ([ADR 35](../adr/0035-where-a-read-model-earns-its-place.md))',
    sees: 'a list that lacks the newest ticket, or has one with the status of a moment ago; never a wrong tenant’s',
    ownWrite:
      'the ticket by its `Location` or id; in the list within a second as a rule: compare `version` with the ETag',
  },
  'list-events': {
    chosen: 'snapshot',
    why: 'events never change, so a page of them needs no moment; the texts that they name are read as of one',
    sees: 'events up to the moment of the page',
    ownWrite: atOnce,
  },
  'list-comments': {
    chosen: 'strong',
    why: aggregate,
    sees: 'a late comment that came in before the cursor is not on the pages after it',
    ownWrite: atOnce,
  },
  'get-comment': { chosen: 'strong', why: aggregate, sees: nothingOld, ownWrite: atOnce },
  'get-attachment': {
    chosen: 'strong',
    why: 'its state decides whether an address is given out: an old one would hand out a file that was taken back',
    sees: 'a state that its saga may leave in the next moment',
    ownWrite: 'at once as `requested`; poll for what its saga does',
  },
  'get-user': { chosen: 'strong', why: 'a deactivation counts from its commit', sees: nothingOld, ownWrite: atOnce },
  'list-notices': {
    chosen: 'strong',
    why: 'one person’s partition, by key',
    sees: nothingOld,
    ownWrite: `${atOnce}; a notice of an event comes with its saga`,
  },
  'get-ticket-sla': {
    chosen: 'strong',
    why: 'the ticket first, then events and policies: what is read later is at least as new, and events never change',
    sees: nothingOld,
    ownWrite: atOnce,
  },
  'list-sagas': {
    chosen: 'eventual',
    why: 'sagas are found by their ticket only through an index',
    sees: 'a list that lacks a saga which has just begun, or shows a step of a moment ago',
    ownWrite: '`GET /sagas/{sagaId}` with the `sagaId` of the answer: `pending` before it starts',
  },
  'list-live-sagas': {
    chosen: 'eventual',
    why: 'the index tells which have not ended; each of them is then read strongly',
    sees: 'a list that lacks a saga which has just begun; what it shows of the others is as of now',
    ownWrite: 'a resume at once; a saga that a write starts, a moment later',
  },
  'list-holds': {
    chosen: 'eventual',
    why: 'what is held is read strongly, as an operator decides by it; only how many sagas wait is found through an index',
    sees: 'a count that lacks a saga which has just begun, beside holds as of now',
    ownWrite: 'at once; a step that has begun to call does not see it',
  },
  'list-blocked-aggregates': {
    chosen: 'eventual',
    why: 'what is blocked is found only through an index',
    sees: 'an aggregate that was blocked or freed a moment ago as it was before',
    ownWrite: 'a redrive when it has been delivered; it does not say when that is',
  },
  'get-saga': {
    chosen: 'strong',
    why: 'an operator decides by it',
    sees: nothingOld,
    ownWrite: 'at once; before the saga starts, its event says that it will',
  },
  'get-resumption': {
    chosen: 'strong',
    why: 'one row, read by key: its counts are of the transactions that made them',
    sees: nothingOld,
    ownWrite: atOnce,
  },
  'get-work-list': {
    chosen: 'view',
    why: 'ordered by urgency and SLA, which no index of the truth can be; titles and policies are read from the truth',
    sees: 'an order of a moment ago; `X-View-Stale` when something is known to be missing',
    ownWrite: waits,
  },
  'search-tickets': {
    chosen: 'view',
    why: 'words of texts: no key of the truth. What is shown of a ticket is read from the truth',
    sees: 'words of a moment ago, with tickets as they are now',
    ownWrite: waits,
  },
  'get-stats': {
    chosen: 'view',
    why: 'a count over all tickets of a tenant; counting at each read would cost as much as there are tickets',
    sees: 'counts of a moment ago; `asOf` and `X-View-Sequence` say which',
    ownWrite: waits,
  },
  'get-dashboard': {
    chosen: 'view',
    why: 'sums over days; counts and hours are of at least the same event',
    sees: 'as the counts',
    ownWrite: waits,
  },
  'get-openapi': { chosen: 'constant', why: 'part of the deployed code', sees: nothingOld, ownWrite: 'not needed' },
}

/** Why functions in the background may read an index that may lag; any other eventual read stops the generation. */
export const eventualReadsInBackground: Partial<Record<FunctionName, string>> = {
  'unassign-tickets':
    'a ticket that the index lacks was assigned just before: the event of its assignment finds the user deactivated, or, if it was handled before, a later round of `reconcile-data` does',
  'wake-saga':
    'only keys of sagas to be resumed, which have parked long after their start; each is then read strongly, and what is passed over is still listed as parked',
  'reconcile-consumers': 'a block that the index lacks is found by the next round, five minutes later',
  'reconcile-sagas': 'only keys; each saga is then read strongly. One that the index lacks is found by the next round',
  'reconcile-data':
    'drift is reported only when a second, strong reading shows it again; what the index lacks is found an hour later',
}

/** What was recorded: an index makes an answer eventual; a snapshot counts where several rows were read as of one moment. */
export function recordedConsistency({ reads }: Pick<RecordedWork, 'reads'>, isView: boolean): Consistency {
  if (isView) return 'view'
  const modes = new Set(reads.map(({ mode }) => mode))
  if (modes.has('eventual')) return 'eventual'
  if (modes.has('snapshot')) return 'snapshot'
  return modes.has('strong') ? 'strong' : 'constant'
}
