import { httpFunctions } from '../../../app/functions.ts'
import { invariants } from '../../check/invariants.ts'
import type { RecordedRow, RecordedWork, RecordedWrite } from '../../portfolio/recorded-work.ts'
import { rulesMetBy, writtenTogether } from '../../portfolio/written-together.ts'
import { table } from '../table.ts'
import type { PortfolioPage } from './portfolio-page.ts'

/** Per command: the rows of each transaction, the invariants that are true at its commit, and what follows. */
export function transactionsPage(works: readonly RecordedWork[]): PortfolioPage {
  const routes: Record<string, { route: string }> = httpFunctions
  const commands = Object.keys(routes).flatMap((name) => works.filter(({ by }) => by === name))
  const background = works.filter(({ by }) => !(by in routes))
  return {
    name: 'transaction-boundaries',
    title: 'Transaction boundaries',
    asks: 'What does each command write at once, which invariants are true from that commit on, and what comes later?',
    provenBy: 'npx vitest run test/portfolio',
    body: `
Every transaction below was sent by a run of its function ([\`test/portfolio/record-every-work.ts\`](../../test/portfolio/record-every-work.ts)), and is held
to the rules of the first table: this page is not generated while one of them is broken. Their conditions: [concurrent access](concurrent-access.md).
Everything that needs more than one transaction is a saga or a consumer, and can be half done only between two of these.

## What must be written together

${table(
  ['invariants', 'a transaction that writes', 'has also', 'because'],
  writtenTogether.map(({ invariants, ifAny, needs, because }) => [
    invariants.join(', '),
    ifAny.join(', '),
    needs.map((group) => group.join(' or ')).join('; '),
    because,
  ]),
)}

Of the other [invariants](../invariants.md), ${inEveryWrite.join(' and ')} hold in every single write, whatever is beside it; ${laterInvariants().join(', ')} become true later, by
consumers and sagas, or are about what was read.

## Commands

(checked) is a row that is not written but must be as it was read. An event goes from its outbox row by the relay, or a minute later by the sweeper, to
the queues of its subscribers. A person’s first write registers them before, in a transaction of its own:
user, event, outbox row.

${table(
  ['command', 'one transaction', 'true at commit', 'then'],
  commands.flatMap((work) =>
    work.writes.filter(isCommandsOwn).map((write) => [`\`${routes[work.by]?.route}\``, ...columnsOf(work, write)]),
  ),
)}

## Consumers, sagas and repairs

${table(
  ['function', 'step', 'one transaction', 'true at commit', 'then'],
  background.flatMap((work) =>
    distinctTransactions(work).map((write) => [work.by, stepOf(write), ...columnsOf(work, write)]),
  ),
)}

## Writes of one row

Each is a transaction of its own; what may come between two of them is found by whoever repeats them.

${table(
  ['function', 'row', 'condition'],
  works.flatMap(({ by, writes }) =>
    writes.flatMap(({ isTransaction, rows: [row] }) =>
      isTransaction || !row ? [] : [[by, `${verbs[row.does]} ${row.kind}`, row.when ?? 'none: it can be repeated']],
    ),
  ),
)}
`,
  }
}

/** A rule that every decision asks, and the tenant in every key. */
const inEveryWrite = [4, 26]

function laterInvariants(): number[] {
  const atCommit = new Set([...inEveryWrite, ...writtenTogether.flatMap((rule) => rule.invariants)])
  return invariants.map(({ number }) => number).filter((number) => !atCommit.has(number))
}

const verbs = { put: 'puts', update: 'updates', delete: 'deletes', check: 'checks' } as const

/** The registration of a newcomer is told once. */
function isCommandsOwn({ isTransaction, rows }: RecordedWrite): boolean {
  return isTransaction && rows.some(({ kind }) => kind === 'request key')
}

function columnsOf(work: RecordedWork, write: RecordedWrite): string[] {
  const invariants = new Set(rulesMetBy(work, write).flatMap((rule) => rule.invariants))
  return [rowsOf(write), [...invariants].toSorted((a, b) => a - b).join(', '), thenOf(write)]
}

/** Kinds in the order in which they are sent, each once. A saga's end also gives its other fences their time to live. */
function rowsOf({ rows }: RecordedWrite): string {
  const [ending, others] = [rows.filter(isExpiry), rows.filter((row) => !isExpiry(row))]
  const names = others.map(({ kind, does }) => {
    if (does === 'check') return `${kind} (checked)`
    return does === 'delete' ? `${kind} (deleted)` : kind
  })
  return [...new Set([...names, ...(ending.length > 0 ? ['time to live of all fences'] : [])])].join(', ')
}

function isExpiry({ kind, does }: RecordedRow): boolean {
  return kind === 'fence' && does === 'update'
}

/** The step of a saga, and what its fence says from then on. */
function stepOf({ rows }: RecordedWrite): string {
  return rows.find(({ kind, of }) => kind === 'fence' && of !== undefined)?.of ?? ''
}

/** Transactions that differ in more than their conditions. */
function distinctTransactions({ writes }: RecordedWork): RecordedWrite[] {
  const transactions = writes.filter(({ isTransaction }) => isTransaction)
  return [...new Map(transactions.map((write) => [`${stepOf(write)} ${rowsOf(write)}`, write])).values()]
}

/** What follows a commit: the first of these kinds that it writes. */
const afterwards: [kind: string, then: string][] = [
  ['fence', 'the saga’s next step'],
  ['checkpoint', 'the message is deleted; after a portion, the next one'],
  ['projection sequence', 'readers see it'],
]

function thenOf({ rows }: RecordedWrite): string {
  const published = rows.find(({ kind }) => kind === 'event')?.of
  if (published !== undefined) return `\`${published}\` to every subscriber`
  const [, then] = afterwards.find(([kind]) => rows.some((row) => row.kind === kind && row.does !== 'check')) ?? []
  return then ?? 'nothing'
}
