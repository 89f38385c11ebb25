import { checkHistory, type DeadEnd } from './check-history.ts'
import { forgetKeys, type TicketOperation } from './forget-keys.ts'
import { type TicketAnswer, type TicketCall, type TicketState, ticketModel } from './ticket-model.ts'

/** What the histories of many tickets say. */
export interface TicketsJudgement {
  tickets: number
  operations: number
  /** Writes that may or may not have taken effect, as far as their clients know. */
  unknownOutcomes: number
  /** The most operations of one ticket between two moments at which none was under way; one of unknown outcome is under way to the end. */
  longestWindow: number
  statesSearched: number
  /** One line for each history that cannot be ordered. */
  notLinearizable: string[]
  /** One line for each history whose search reached its limit: nothing is known of it. */
  gaveUp: string[]
}

/**
 * The rows that answers are made from, each with its reads. Every write changes all of them in one transaction, but a plain read is
 * isolated from transactions row by row only: while one is being applied, one row may be new and another one old. So each is judged alone.
 */
const rows = { header: 'read', events: 'read-events', comments: 'read-comments' } as const

/** Judges each ticket by itself: linearizability is local, so tickets that are each linearizable are so together. */
export function judgeTickets(
  histories: ReadonlyMap<string, readonly TicketOperation[]>,
  statesMax?: number,
): TicketsJudgement {
  const judgement: TicketsJudgement = {
    tickets: histories.size,
    operations: 0,
    unknownOutcomes: 0,
    longestWindow: 0,
    statesSearched: 0,
    notLinearizable: [],
    gaveUp: [],
  }
  for (const [ticketId, operations] of histories) {
    judgement.operations += operations.length
    judgement.unknownOutcomes += operations.filter(({ returned }) => !returned).length
    judgement.longestWindow = Math.max(judgement.longestWindow, longestWindow(operations))
    const reads = Map.groupBy(operations, ({ call }) => call.f)
    const writes = operations.filter(({ call }) => 'key' in call)
    for (const [row, read] of Object.entries(rows)) {
      const own = reads.get(read) ?? []
      if (own.length === 0 && row !== 'header') continue
      const judged = checkHistory(ticketModel, forgetKeys([...writes, ...own]), statesMax)
      judgement.statesSearched += judged.statesSearched
      if (judged.verdict === 'gave-up') judgement.gaveUp.push(`${row} of ticket ${ticketId}`)
      if (judged.verdict === 'not-linearizable')
        judgement.notLinearizable.push(`${row} of ticket ${ticketId}: ${explain(judged.furthest)}`)
    }
  }
  return judgement
}

export function longestWindow(operations: readonly TicketOperation[]): number {
  let longest = 0
  let length = 0
  let untilMs = Number.NEGATIVE_INFINITY
  for (const { invokedAtMs, returned } of operations.toSorted((a, b) => a.invokedAtMs - b.invokedAtMs)) {
    length = invokedAtMs > untilMs ? 1 : length + 1
    untilMs = Math.max(untilMs, returned?.atMs ?? Number.POSITIVE_INFINITY)
    longest = Math.max(longest, length)
  }
  return longest
}

function explain({ state, ordered, next }: DeadEnd<TicketState, TicketCall, TicketAnswer>): string {
  const { version, status, assignee, comments } = state
  const reached = `version ${version}, ${status}, assigned to ${assignee ?? 'nobody'}, ${comments} comments`
  const candidates = next.map(({ call, invokedAtMs, returned }) => {
    const times = [invokedAtMs, returned?.atMs ?? invokedAtMs].map((ms) => new Date(ms).toISOString().slice(11, 23))
    return `${JSON.stringify({ ...call, calls: undefined })} answered ${JSON.stringify(returned?.answer)} (${times.join(' to ')})`
  })
  return `after ${ordered} operations it is at ${reached}, and none of these fits next: ${candidates.join('; ')}`
}
