import * as z from 'zod'
import { everyRole } from '../../app/http/endpoint.ts'
import { ticketParams } from '../../app/http/path-params.ts'
import { invalidRequest, Problem } from '../../app/http/problem.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { TicketSlaResource, toTicketSla } from '../../app/http/sla-resource.ts'
import { readVisibleTicket } from '../../app/http/visible-ticket.ts'
import { TimeWithOffset, toUtc } from '../../domain/claimed-time.ts'
import { foldSlaPolicies } from '../../domain/fold-sla-policies.ts'
import { policyAt, slaOfTenant } from '../../domain/sla-policy.ts'
import { knownBy } from '../../domain/ticket-sla.ts'
import { timesOf } from '../../domain/ticket-times.ts'
import { readEvents } from '../../tables/events.ts'

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
    const asKnownAt = wanted === undefined ? now : toUtc(wanted)
    if (asKnownAt > now)
      throw invalidRequest('What will be known is not known yet.', [
        { pointer: '/asKnownAt', detail: `must not be later than ${now}` },
      ])
    const { version } = await readVisibleTicket(store, caller, ticketId)
    const [history, revisions] = await Promise.all([
      readEvents(store, caller.tenant, { type: 'ticket', id: ticketId }, { from: 1, to: version }),
      readEvents(store, caller.tenant, slaOfTenant),
    ])
    const times = timesOf(knownBy(history, asKnownAt))
    if (!times) throw new Problem('not-found', `This ticket had not been recorded by ${asKnownAt}.`)
    const policies = foldSlaPolicies(knownBy(revisions, asKnownAt))?.policies ?? []
    return jsonResponse(toTicketSla(ticketId, asKnownAt, times, policyAt(policies, times.openedAt)))
  },
  success: { status: 200, schema: TicketSlaResource },
})
