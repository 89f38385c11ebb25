import * as z from 'zod'
import { everyRole } from '../../app/http/endpoint.ts'
import { ticketParams } from '../../app/http/path-params.ts'
import { invalidRequest, Problem } from '../../app/http/problem.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { TicketSlaResource, toTicketSla } from '../../app/http/sla-resource.ts'
import { readVisibleTicket } from '../../app/http/visible-ticket.ts'
import { TimeWithOffset, toUtc } from '../../domain/claimed-time.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { foldSlaPolicies } from '../../domain/fold-sla-policies.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { policyAt, slaOfTenant } from '../../domain/sla-policy.ts'
import { knownBy } from '../../domain/ticket-sla.ts'
import { timesOf } from '../../domain/ticket-times.ts'
import { eventRow, readEvents } from '../../tables/events.ts'
import { Retries } from '../../tables/retries.ts'
import { requireSnapshot } from '../../tables/snapshot.ts'
import type { Store } from '../../tables/store.ts'

const query = {
  asKnownAt: TimeWithOffset.optional().meta({
    description:
      'Judges by what had been recorded by then, not by what is known now. A write that is under way can still be recorded for a time a few seconds ago.',
  }),
}

/**
 * Whether a ticket is or was within its SLA: folded from the histories of the ticket and of the policies, which keep what was known when.
 */
export const getTicketSla = readEndpoint('get-ticket-sla', {
  summary: 'Whether a ticket was within its SLA, as known now or then',
  roles: everyRole,
  params: ticketParams,
  query: z.strictObject(query),
  async respond({ ticketId, asKnownAt: wanted, caller }, store, { runtime }) {
    const now = new Date(runtime.now()).toISOString()
    if (wanted !== undefined && toUtc(wanted) > now)
      throw invalidRequest('What will be known is not known yet.', [
        { pointer: '/asKnownAt', detail: `must not be later than ${now}` },
      ])
    const { version } = await readVisibleTicket(store, caller, ticketId)
    const [history, revisions] = await Promise.all([
      readHistory({ store, runtime }, { tenant: caller.tenant, ticketId, version }),
      readEvents(store, caller.tenant, slaOfTenant),
    ])
    const asKnownAt = wanted === undefined ? knownNow(now, [...history, ...revisions]) : toUtc(wanted)
    const times = timesOf(knownBy(history, asKnownAt))
    if (!times) throw new Problem('not-found', `This ticket had not been recorded by ${asKnownAt}.`)
    const policies = foldSlaPolicies(knownBy(revisions, asKnownAt))?.policies ?? []
    return jsonResponse(toTicketSla(ticketId, asKnownAt, times, policyAt(policies, times.openedAt)))
  },
  success: { status: 200, schema: TicketSlaResource },
})

/** By the reader's clock, or by that of a writer whose clock is ahead: what was answered to somebody is known. */
function knownNow(now: string, events: readonly DomainEvent[]): string {
  return events.reduce((latest, { recordedAt }) => (recordedAt > latest ? recordedAt : latest), now)
}

/** All events up to the version. The last one may still be missing from a plain read while its transaction is being applied. */
async function readHistory(
  { store, runtime }: { store: Store; runtime: Runtime },
  { tenant, ticketId, version }: { tenant: string; ticketId: string; version: number },
): Promise<DomainEvent[]> {
  const aggregate = { type: 'ticket', id: ticketId } as const
  const read = () => readEvents(store, tenant, aggregate, { from: 1, to: version })
  const history = await read()
  if (history.length === version) return history
  await requireSnapshot(store, new Retries(runtime), { last: eventRow(tenant, aggregate, version) })
  return read()
}
