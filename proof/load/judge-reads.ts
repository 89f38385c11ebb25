import { judgeTickets, type TicketsJudgement } from '../linearizability/judge-tickets.ts'
import { listFaults } from './list-promises.ts'
import type { LoadRun } from './run-load.ts'
import { ticketHistories } from './ticket-histories.ts'
import { viewFaults } from './view-promises.ts'

/** What the answers to reads, and to writes beside them, say of a run. Part of the `--json` file. */
export interface ReadsVerdict extends TicketsJudgement {
  ok: boolean
  /** Reads that were sent, and those that were answered with what is stored. */
  sent: number
  answered: number
  lists: number
  /** One line for each promise of a list that was broken, as of one that did not catch up with its tickets. */
  listFaults: string[]
  views: number
  viewFaults: string[]
}

/**
 * Judges what clients saw during a run; `lagging` names the tickets that the lists do not show as they are, although everything is done.
 */
export function judgeReads(run: Pick<LoadRun, 'results' | 'reads'>, lagging: readonly string[]): ReadsVerdict {
  const histories = ticketHistories(run)
  const tickets = judgeTickets(histories)
  const answered = run.reads.filter(({ answer }) => answer)
  const verdict = {
    sent: run.reads.length,
    answered: answered.length,
    ...tickets,
    lists: answered.filter(({ read }) => read.kind === 'list').length,
    listFaults: [...listFaults(run.reads, histories), ...lagging],
    views: answered.filter(({ read }) => read.kind === 'counts').length,
    viewFaults: viewFaults(run.reads),
  }
  const { notLinearizable, gaveUp } = tickets
  const faults = [notLinearizable, gaveUp, verdict.listFaults, verdict.viewFaults].flat()
  return { ok: faults.length === 0, ...verdict }
}
