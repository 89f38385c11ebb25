import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { foldTicket } from '../../domain/fold-ticket.ts'
import { type Status, statuses, statusTransitions } from '../../domain/ticket-status.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { unfollowTicket } from '../../functions/unfollow-ticket/unfollow-ticket.ts'
import { parseEvent } from '../../tables/events.ts'
import { parseTicket } from '../../tables/tickets.ts'
import { Api, type ApiAnswer, admin, agent, type Call, customer, otherAgent, otherCustomer } from '../fixtures/api.ts'
import { dumpStore } from '../fixtures/dump.ts'
import type { Person } from '../fixtures/tokens.ts'

const people = [customer, otherCustomer, agent, otherAgent, admin]

/** One step: who does what to which ticket (by the order of opening), or sends an earlier request again. */
type Step =
  | { does: 'open'; by: Person }
  | { does: 'comment'; by: Person; ticket: number }
  | { does: 'move'; by: Person; ticket: number; to: Status }
  | { does: 'assign' | 'follow' | 'unfollow'; by: Person; ticket: number; whom: Person }
  | { does: 'deactivate'; by: Person; whom: Person }
  | { does: 'repeat'; request: number }

const by = fc.constantFrom(...people)
const whom = fc.constantFrom(...people)
const ticket = fc.nat({ max: 3 })
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ does: fc.constant('open' as const), by }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('comment' as const), by, ticket }) },
  {
    weight: 8,
    arbitrary: fc.record({ does: fc.constant('move' as const), by, ticket, to: fc.constantFrom(...statuses) }),
  },
  { weight: 6, arbitrary: fc.record({ does: fc.constantFrom('assign', 'follow', 'unfollow'), by, ticket, whom }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('deactivate' as const), by, whom }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('repeat' as const), request: fc.nat({ max: 30 }) }) },
) as fc.Arbitrary<Step>

interface ModelTicket {
  id: string
  requester: string
  status: Status
  version: number
  assignee: string | null
  followers: Set<string>
}

/** The rules of CONTRACT.md once more, in the plainest words, without tables, versions of rows or idempotency. */
class Model {
  readonly tickets: ModelTicket[] = []
  readonly users = new Map<string, 'active' | 'deactivated'>()

  /** The status code that the step must get; the model changes as the system should. */
  expected(step: Exclude<Step, { does: 'repeat' }>): number {
    const { by } = step
    if (step.does === 'deactivate') {
      if (by.role !== 'admin') return 403
      return this.#written(by, () => {
        const isThere = this.users.has(step.whom.id) || step.whom.id === by.id
        if (isThere) this.users.set(step.whom.id, 'deactivated')
        return isThere ? 200 : 404
      })
    }
    if (step.does === 'open') return this.#written(by, () => 201)
    const ticket = this.tickets[step.ticket]
    if ((step.does === 'move' || step.does === 'assign') && by.role === 'customer') return 403
    return this.#written(by, () => {
      if (!ticket || (by.role === 'customer' && ticket.requester !== by.id)) return 404
      return this.#onTicket(step, ticket)
    })
  }

  #onTicket(step: Exclude<Step, { does: 'repeat' | 'open' | 'deactivate' }>, ticket: ModelTicket): number {
    const { by } = step
    if (step.does === 'move') {
      if (step.to === ticket.status) return 200
      if (!(statusTransitions[ticket.status] as readonly Status[]).includes(step.to)) return 409
      ticket.status = step.to
      ticket.version++
      return 200
    }
    if (ticket.status === 'closed') return 409
    if (step.does === 'comment') {
      ticket.version++
      return 201
    }
    const isKnown = this.users.get(step.whom.id) === 'active' || step.whom.id === by.id
    if (step.does === 'assign') {
      if (!isKnown || step.whom.role === 'customer') return 422
      if (ticket.assignee !== step.whom.id) ticket.version++
      ticket.assignee = step.whom.id
      return 200
    }
    if (by.role === 'customer' && step.whom.id !== by.id) return 403
    if (step.does === 'follow') {
      if (!isKnown) return 422
      if (!ticket.followers.has(step.whom.id)) ticket.version++
      ticket.followers.add(step.whom.id)
    } else if (ticket.followers.delete(step.whom.id)) ticket.version++
    return 200
  }

  /** What every write has in common: the deactivated write nothing, and who writes for the first time is registered. */
  #written(by: Person, decide: () => number): number {
    if (this.users.get(by.id) === 'deactivated') return 403
    const status = decide()
    if (status < 300 && !this.users.has(by.id)) this.users.set(by.id, 'active')
    return status
  }
}

function requestFor(step: Exclude<Step, { does: 'repeat' }>, { tickets }: Model): [Endpoint, Call] {
  if (step.does === 'open') return [createTicket, { body: { title: 'T', body: 'B' } }]
  if (step.does === 'deactivate') return [deactivateUser, { params: { userId: step.whom.id } }]
  const ticketId = tickets[step.ticket]?.id ?? 'nowhere'
  switch (step.does) {
    case 'comment':
      return [addComment, { params: { ticketId }, body: { body: 'C' } }]
    case 'move':
      return [changeStatus, { params: { ticketId }, body: { to: step.to, reason: 'R' } }]
    case 'assign':
      return [assignTicket, { params: { ticketId }, body: { userId: step.whom.id } }]
    case 'follow':
      return [followTicket, { params: { ticketId, userId: step.whom.id } }]
    case 'unfollow':
      return [unfollowTicket, { params: { ticketId, userId: step.whom.id } }]
    default:
      return step satisfies never
  }
}

async function run(steps: Step[]): Promise<void> {
  const api = new Api()
  const model = new Model()
  const sent: { by: Person; endpoint: Endpoint; call: Call; answer: ApiAnswer }[] = []
  for (const step of steps) {
    api.runtime.advance(1_000)
    if (step.does === 'repeat') {
      const done = sent.filter(({ answer }) => answer.status < 300)
      const first = done[step.request % Math.max(1, done.length)]
      if (!first) continue
      const before = await dumpStore(api.store)
      const again = await api.call(first.by, first.endpoint, first.call)
      expect([again.status, again.text]).toEqual([first.answer.status, first.answer.text])
      const stranger = people.find(({ id, role }) => id !== first.by.id && role === first.by.role)
      if (stranger) expect((await api.call(stranger, first.endpoint, first.call)).status).toBe(422)
      expect(await dumpStore(api.store)).toEqual(before)
      continue
    }
    const [endpoint, fields] = requestFor(step, model)
    const call = { ...fields, key: `key-${sent.length}` }
    const answer = await api.call(step.by, endpoint, call)
    expect([step, answer.status]).toEqual([step, model.expected(step)])
    sent.push({ by: step.by, endpoint, call, answer })
    if (step.does === 'open' && answer.status === 201)
      model.tickets.push({
        id: answer.json.id,
        requester: step.by.id,
        status: 'open',
        version: 1,
        assignee: null,
        followers: new Set(),
      })
  }
  await agrees(api, model, sent.filter(({ answer }) => answer.status < 300).length)
}

/** What is stored is what the model says, and what the events say. */
async function agrees(api: Api, model: Model, successes: number): Promise<void> {
  const { Tickets: rows = [], Events = [], Outbox = [], RequestKeys = [] } = await dumpStore(api.store)
  const events = Events.map(parseEvent)
  expect(RequestKeys).toHaveLength(successes)
  expect(Outbox.map(({ event }) => event)).toEqual(events)
  for (const { id, status, version, assignee, followers } of model.tickets) {
    const header = rows.filter((row) => row.sk === 'HEADER' && row.id === id).map(parseTicket)[0]
    expect(header).toMatchObject({ status, version })
    expect(header?.assignee ?? null).toBe(assignee)
    const facts = foldTicket(events.filter(({ aggregate }) => aggregate.type === 'ticket' && aggregate.id === id))
    const { id: _, title: __, ...stored } = header ?? {}
    const { followers: folded = [], ...factsOfHeader } = facts ?? {}
    expect(factsOfHeader).toEqual(stored)
    expect(new Set(folded)).toEqual(followers)
    const kept = rows.filter((row) => `${row.sk}`.startsWith('FOLLOWER#') && row.ticketId === id)
    expect(new Set(kept.map(({ userId }) => userId))).toEqual(followers)
  }
  const users = rows.filter(({ sk }) => sk === 'USER').map((row) => [row.id, row.status] as const)
  expect(new Map(users as [string, 'active'][])).toEqual(model.users)
}

describe('any sequence of commands', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)

  it(`does what the rules say, and the events fold to what is stored (SEED=${seed})`, async () => {
    const reached = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), async (steps) => {
        for (const { does } of steps) reached.add(does)
        await run(steps)
      }),
      { seed, numRuns: 60 },
    )
    expect(reached.size).toBe(8)
  })
})
