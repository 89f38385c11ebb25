import type { RowKindName } from '../schema/kinds.ts'
import type { RecordedWork, RecordedWrite } from './recorded-work.ts'

/** Rows that a transaction must write together, and the invariants that are true at its commit because it does. */
export interface WrittenTogether {
  /** Numbers in docs/invariants.md. */
  invariants: readonly number[]
  /** A transaction that puts, changes or deletes a row of one of these kinds … */
  ifAny: readonly RowKindName[]
  /** … has one row, at least a condition on it, of one kind of each of these. */
  needs: readonly (readonly RowKindName[])[]
  because: string
}

const roots = ['ticket header', 'user', 'settings header', 'SLA policies', 'saga', 'resumption', 'redrive'] as const
const viewRows = [
  'active hour',
  'tracked ticket',
  'indexed message',
  'word of a message',
  'item of the work list',
  'ticket of the work list',
] as const

export const writtenTogether: readonly WrittenTogether[] = [
  {
    invariants: [2, 5, 29],
    ifAny: ['event'],
    needs: [roots],
    because: 'an event is the next version of its aggregate, and its hash is in the header that it leaves',
  },
  {
    invariants: [3],
    ifAny: ['ticket header', 'SLA policies', 'settings header', 'user', 'follower'],
    needs: [['event']],
    because: 'whoever adds up the events gets what the rows say',
  },
  {
    invariants: [6],
    ifAny: ['event'],
    needs: [['outbox row']],
    because: 'an event that exists is in the outbox until every queue has it',
  },
  {
    invariants: [8, 9, 10, 11, 12, 13],
    ifAny: ['request key'],
    needs: [['event', 'notice', ...roots]],
    because: 'a request is known exactly if its effect exists, and its answer is kept with it',
  },
  {
    invariants: [1],
    ifAny: ['message', 'follower', 'place of a late comment'],
    needs: [['ticket header']],
    because: 'nothing refers to a ticket that does not exist',
  },
  {
    invariants: [1],
    ifAny: ['e-mail address'],
    needs: [['user']],
    because: 'an address is given away with the user who has it from then on',
  },
  {
    invariants: [7],
    ifAny: ['ticket counts'],
    needs: [['checkpoint']],
    because: 'an event is counted exactly if the consumer says that it has applied it',
  },
  {
    invariants: [23],
    ifAny: viewRows,
    needs: [['projection sequence']],
    because: 'a read model reflects exactly the events that it says it does',
  },
  {
    invariants: [15, 16, 17, 18],
    ifAny: ['fence'],
    needs: [['saga']],
    because: 'a step takes effect only for the current generation of a saga that has not ended, and is on its timeline',
  },
  {
    invariants: [15, 21],
    ifAny: ['attachment bytes', 'send counter'],
    needs: [['fence']],
    because: 'a reservation counts exactly if its step is done',
  },
  {
    invariants: [22],
    ifAny: ['notice', 'delivery'],
    needs: [['fence', 'request key']],
    because: 'a notice exists exactly if its step is done; it is read by a request',
  },
  {
    invariants: [30],
    ifAny: ['upload counter'],
    needs: [['attachment', 'fence']],
    because: 'an upload is counted exactly while it is under way',
  },
]

/** The rules that a transaction meets. Throws `Error` when it breaks one: the message names function, rows and invariants. */
export function rulesMetBy({ by }: Pick<RecordedWork, 'by'>, { rows }: RecordedWrite): WrittenTogether[] {
  const present: readonly string[] = rows.map(({ kind }) => kind)
  const written: readonly string[] = rows.flatMap(({ kind, does }) => (does === 'check' ? [] : [kind]))
  const met = writtenTogether.filter(({ ifAny }) => ifAny.some((kind) => written.includes(kind)))
  for (const { invariants, ifAny, needs } of met)
    for (const group of needs)
      if (!group.some((kind) => present.includes(kind)))
        throw new Error(
          `${by} writes ${ifAny.filter((kind) => written.includes(kind)).join(', ')} without ${group.join(' or ')} in one transaction: ` +
            `invariant ${invariants.join(', ')} would not hold at its commit (proof/portfolio/written-together.ts)`,
        )
  return met
}
