import type { KeepReason } from '../../domain/archivable.ts'
import { isArchiveReference, isCurrent, parseArchiveReference } from '../../tables/archive-references.ts'
import { aggregateOfKey } from '../../tables/keys.ts'
import type { Row } from '../../tables/store.ts'
import { type Backfill, type BackfillOptions, type BackfillResult, backfill, surveyBackfill } from '../backfill.ts'
import type { Observer } from '../observer.ts'
import { recordRun, runStatus } from '../recorded-run.ts'
import { type ArchiveDeps, archiveTicket, restoreTicket, type TicketRef, whyNotArchived } from './archive-ticket.ts'

export interface ArchiveRunDeps extends ArchiveDeps {
  observer: Observer
}

export interface TicketsArchived {
  /** Tickets whose events this run has moved; an earlier run may have moved more. */
  archived: number
  /** Tickets whose events were archived before. */
  already: number
  /** Tickets that keep their events, by why. */
  kept: Partial<Record<KeepReason, number>>
  /** Tickets at which it threw: nothing of them was removed. */
  failed: number
  /** Whether every ticket was looked at. If not, the next run goes on. */
  complete: boolean
}

/** What a run would do. */
export interface ArchiveSurvey extends Omit<TicketsArchived, 'archived' | 'failed'> {
  /** Tickets whose events would be moved. */
  archivable: number
}

/**
 * Archives every ticket that was closed and quiet before a time (ISO 8601, UTC), beside traffic. Stopped or killed, the next run goes
 * on; each run is in the ledger.
 */
export function archiveTickets(
  deps: ArchiveRunDeps,
  quietSince: string,
  options: BackfillOptions = {},
): Promise<TicketsArchived> {
  const result: TicketsArchived = { archived: 0, already: 0, kept: {}, failed: 0, complete: false }
  const source: Backfill = {
    ...closedTickets(quietSince),
    async handle(row) {
      const outcome = await archiveTicket(deps, refOf(row), quietSince)
      if (outcome.status === 'kept') count(result.kept, outcome.why)
      else result[outcome.status]++
    },
  }
  const work = async () => {
    const { failed, complete } = await backfill(deps, source, options)
    return { ...result, failed, complete }
  }
  return recordRun(deps, 'archive', work, ({ archived, failed, complete }) => ({
    handled: archived,
    status: runStatus({ failed, complete }),
  }))
}

/** What {@link archiveTickets} would do now. Reads only. */
export async function surveyArchive(
  deps: ArchiveRunDeps,
  quietSince: string,
  options: Omit<BackfillOptions, 'onProgress'> = {},
): Promise<ArchiveSurvey> {
  const survey: ArchiveSurvey = { archivable: 0, already: 0, kept: {}, complete: false }
  const source: Backfill = {
    ...closedTickets(quietSince),
    handle: async () => {},
    async isDone(row) {
      const why = await whyNotArchived(deps, refOf(row), quietSince)
      if (why === 'archived') survey.already++
      else if (why) count(survey.kept, why)
      else survey.archivable++
      return why === 'archived'
    },
  }
  const { complete } = await surveyBackfill(deps, source, options)
  return { ...survey, complete }
}

/**
 * Puts the events of every archived ticket back: for a repair after a restore, or for good. Idempotent, and goes on
 * as {@link archiveTickets} does.
 */
export function restoreTickets(deps: ArchiveRunDeps, options: BackfillOptions = {}): Promise<BackfillResult> {
  const source: Backfill = {
    name: 'restore archives',
    table: 'Tickets',
    isWanted: (row) => isArchiveReference(row) && isCurrent(parseArchiveReference(row)),
    async handle(row) {
      await restoreTicket(deps, parseArchiveReference(row))
    },
  }
  return backfill(deps, source, options)
}

/** The headers that are worth a closer look. */
function closedTickets(quietSince: string): Omit<Backfill, 'handle'> {
  return {
    name: 'archive',
    table: 'Tickets',
    isWanted: ({ sk, status, updatedAt }) => sk === 'HEADER' && status === 'closed' && String(updatedAt) < quietSince,
  }
}

function refOf({ pk }: Row): TicketRef {
  const scope = aggregateOfKey(String(pk))
  if (!scope) throw new Error('a ticket header has no key of a ticket')
  return { tenant: scope.tenant, ticketId: scope.aggregate.id }
}

function count(kept: Partial<Record<KeepReason, number>>, why: KeepReason): void {
  kept[why] = (kept[why] ?? 0) + 1
}
