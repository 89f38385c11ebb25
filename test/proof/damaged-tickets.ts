import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { correctTicket } from '../../functions/correct-ticket/correct-ticket.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { invariants } from '../../proof/check/invariants.ts'
import {
  type CorrectionAnswer,
  type CorrectionRequest,
  planRepair,
  type Repair,
  sendCorrection,
} from '../../proof/damage/repair-damage.ts'
import { collectDamage, type Damage, type ScopeDeps } from '../../proof/damage/scope-damage.ts'
import { parseWhere } from '../../proof/damage/where.ts'
import { Api, admin, agent, customer, otherAgent } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'

const numbers = invariants.map(({ number }) => number)
export const where = (...terms: string[]) => parseWhere(terms, numbers)
const always = { sinceMs: 0, untilMs: Number.POSITIVE_INFINITY }

export async function scoped(deps: ScopeDeps, terms: string[], window = always): Promise<Damage[]> {
  return collectDamage(deps, { ...window, matches: where(...terms).matches })
}

/** Tickets that a faulty release assigned to alan, whatever was asked for. */
export async function wronglyAssigned(count: number) {
  const api = new Api()
  for (const { id } of [agent, otherAgent]) await api.call(admin, createUser, { body: { id, role: 'agent' } })
  const ticketIds: string[] = []
  for (let index = 0; index < count; index++) {
    const ticketId = await api.openTicket(customer)
    api.runtime.advance(60_000)
    await api.call(admin, assignTicket, { params: { ticketId }, body: { userId: otherAgent.id } })
    ticketIds.push(ticketId)
  }
  const find = () => scoped({ store: api.store, nowMs: api.runtime.now() }, ['type=ticket.assigned', 'assignee=alan'])
  const sent: CorrectionRequest[] = []
  const send = async (request: CorrectionRequest): Promise<CorrectionAnswer> => {
    sent.push(request)
    const { ticketId, key, body } = request
    const { status, json, headers } = await api.call(admin, correctTicket, { params: { ticketId }, key, body })
    const detail = json.detail as string | undefined
    return {
      status,
      replayed: headers['Idempotent-Replayed'] === 'true',
      retryable: json.retryable === true,
      ...(detail && { detail }),
    }
  }
  const repair = async (how: Repair, damages: Damage[]) => {
    const outcomes: string[] = []
    for (const damage of damages)
      for (const damaged of damage.events) {
        const planned = planRepair(damage, damaged, how, { reason: 'Release 7 mixed up names.' })
        if (planned.do === 'skip') outcomes.push(`skipped: ${planned.why}`)
        else outcomes.push((await sendCorrection(api.runtime, send, planned.request)).outcome)
      }
    return outcomes
  }
  const assignees = async () =>
    (await allRows(api.store, 'Tickets')).flatMap(({ sk, id, assignee }) => (sk === 'HEADER' ? [[id, assignee]] : []))
  return { api, ticketIds, find, repair, sent, send, assignees }
}
