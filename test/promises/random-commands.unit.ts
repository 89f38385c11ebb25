import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { chainBreaks } from '../../domain/event-chain.ts'
import { foldTicket } from '../../domain/fold-ticket.ts'
import { priorityHistory } from '../../domain/priority-history.ts'
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
import {
  Api,
  admin,
  agent,
  type Call,
  customer,
  otherAgent,
  otherCustomer,
  type ParsedResponse,
} from '../fixtures/api.ts'
import { dumpStore } from '../fixtures/dump.ts'
import { seed } from '../fixtures/sample.ts'
import type { Person } from '../fixtures/tokens.ts'

const people = [customer, otherCustomer, agent, otherAgent, admin]

/** One step: a person's command on a ticket (by the order in which tickets were opened), or the repetition of an earlier request. */
type Step =
  | { command: 'open'; by: Person }
  | { command: 'comment'; by: Person; ticket: number }
  | { command: 'change-status'; by: Person; ticket: number; to: Status }
  | { command: 'assign' | 'follow' | 'unfollow'; by: Person; ticket: number; other: Person }
  | { command: 'deactivate'; by: Person; other: Person }
  | { command: 'repeat'; request: number }

const by = fc.constantFrom(...people)
const other = fc.constantFrom(...people)
const ticket = fc.nat({ max: 3 })
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ command: fc.constant('open' as const), by }) },
  { weight: 4, arbitrary: fc.record({ command: fc.constant('comment' as const), by, ticket }) },
  {
    weight: 8,
    arbitrary: fc.record({
      command: fc.constant('change-status' as const),
      by,
      ticket,
      to: fc.constantFrom(...statuses),
    }),
  },
  { weight: 6, arbitrary: fc.record({ command: fc.constantFrom('assign', 'follow', 'unfollow'), by, ticket, other }) },
  { weight: 1, arbitrary: fc.record({ command: fc.constant('deactivate' as const), by, other }) },
  { weight: 4, arbitrary: fc.record({ command: fc.constant('repeat' as const), request: fc.nat({ max: 30 }) }) },
) as fc.Arbitrary<Step>

interface ModelTicket {
  id: string
  requester: string
  status: Status
  version: number
  assignee: string | null
  followers: Set<string>
}

/** The rules of the API, written again in the simplest form: without tables, row versions or idempotency. */
class Model {
  readonly tickets: ModelTicket[] = []
  readonly users = new Map<string, 'active' | 'deactivated'>()

  /** Returns the expected status code, and changes the model as the system should change. */
  expected(step: Exclude<Step, { command: 'repeat' }>): number {
    const { by } = step
    if (step.command === 'deactivate') {
      if (by.role !== 'admin') return 403
      return this.#write(by, () => {
        const exists = this.users.has(step.other.id) || step.other.id === by.id
        if (exists) this.users.set(step.other.id, 'deactivated')
        return exists ? 200 : 404
      })
    }
    if (step.command === 'open') return this.#write(by, () => 201)
    const ticket = this.tickets[step.ticket]
    if ((step.command === 'change-status' || step.command === 'assign') && by.role === 'customer') return 403
    return this.#write(by, () => {
      if (!ticket || (by.role === 'customer' && ticket.requester !== by.id)) return 404
      return this.#onTicket(step, ticket)
    })
  }

  #onTicket(step: Exclude<Step, { command: 'repeat' | 'open' | 'deactivate' }>, ticket: ModelTicket): number {
    const { by } = step
    if (step.command === 'change-status') {
      if (step.to === ticket.status) return 200
      if (!(statusTransitions[ticket.status] as readonly Status[]).includes(step.to)) return 409
      ticket.status = step.to
      ticket.version++
      return 200
    }
    if (ticket.status === 'closed') return 409
    if (step.command === 'comment') {
      ticket.version++
      return 201
    }
    const isKnown = this.users.get(step.other.id) === 'active' || step.other.id === by.id
    if (step.command === 'assign') {
      if (!isKnown || step.other.role === 'customer') return 422
      if (ticket.assignee !== step.other.id) ticket.version++
      ticket.assignee = step.other.id
      return 200
    }
    if (by.role === 'customer' && step.other.id !== by.id) return 403
    if (step.command === 'follow') {
      if (!isKnown) return 422
      if (!ticket.followers.has(step.other.id)) ticket.version++
      ticket.followers.add(step.other.id)
    } else if (ticket.followers.delete(step.other.id)) ticket.version++
    return 200
  }

  /** The rules common to all writes: a deactivated user can't write, and a first write registers its user. */
  #write(by: Person, decide: () => number): number {
    if (this.users.get(by.id) === 'deactivated') return 403
    const status = decide()
    if (status < 300 && !this.users.has(by.id)) this.users.set(by.id, 'active')
    return status
  }
}

function requestFor(step: Exclude<Step, { command: 'repeat' }>, { tickets }: Model): [Endpoint, Call] {
  if (step.command === 'open') return [createTicket, { body: { title: 'T', body: 'B' } }]
  if (step.command === 'deactivate') return [deactivateUser, { params: { userId: step.other.id } }]
  const ticketId = tickets[step.ticket]?.id ?? 'nowhere'
  switch (step.command) {
    case 'comment':
      return [addComment, { params: { ticketId }, body: { body: 'C' } }]
    case 'change-status':
      return [changeStatus, { params: { ticketId }, body: { to: step.to, reason: 'R' } }]
    case 'assign':
      return [assignTicket, { params: { ticketId }, body: { userId: step.other.id } }]
    case 'follow':
      return [followTicket, { params: { ticketId, userId: step.other.id } }]
    case 'unfollow':
      return [unfollowTicket, { params: { ticketId, userId: step.other.id } }]
    default:
      return step satisfies never
  }
}

async function run(steps: Step[]): Promise<void> {
  const api = new Api()
  const model = new Model()
  const sent: { by: Person; endpoint: Endpoint; call: Call; response: ParsedResponse }[] = []
  for (const step of steps) {
    api.runtime.advance(1_000)
    if (step.command === 'repeat') {
      const done = sent.filter(({ response }) => response.status < 300)
      const first = done[step.request % Math.max(1, done.length)]
      if (!first) continue
      const before = await dumpStore(api.store)
      const again = await api.call(first.by, first.endpoint, first.call)
      expect([again.status, again.text]).toEqual([first.response.status, first.response.text])
      const anotherPerson = people.find(({ id, role }) => id !== first.by.id && role === first.by.role)
      if (anotherPerson) {
        const expected = model.users.get(anotherPerson.id) === 'deactivated' ? 403 : 422
        expect((await api.call(anotherPerson, first.endpoint, first.call)).status).toBe(expected)
      }
      expect(await dumpStore(api.store)).toEqual(before)
      continue
    }
    const [endpoint, fields] = requestFor(step, model)
    const call = { ...fields, key: `key-${sent.length}` }
    const response = await api.call(step.by, endpoint, call)
    expect([step, response.status]).toEqual([step, model.expected(step)])
    sent.push({ by: step.by, endpoint, call, response })
    if (step.command === 'open' && response.status === 201)
      model.tickets.push({
        id: response.json.id,
        requester: step.by.id,
        status: 'open',
        version: 1,
        assignee: null,
        followers: new Set(),
      })
  }
  await expectAgreement(api, model, sent.filter(({ response }) => response.status < 300).length)
}

/** The stored rows agree with the model, and with the fold of the events. */
async function expectAgreement(api: Api, model: Model, successes: number): Promise<void> {
  const { Tickets: rows = [], Events = [], Outbox = [], RequestKeys = [] } = await dumpStore(api.store)
  const events = Events.map(parseEvent)
  expect(RequestKeys).toHaveLength(successes)
  expect(Outbox.map(({ event }) => event)).toEqual(events)
  for (const { id, status, version, assignee, followers } of model.tickets) {
    const header = rows.filter((row) => row.sk === 'HEADER' && row.id === id).map(parseTicket)[0]
    expect(header).toMatchObject({ status, version })
    expect(header?.assignee ?? null).toBe(assignee)
    const { id: _, title: __, followerCount = 0, eventHash, priorityScale, ...stored } = header ?? {}
    const history = events.filter(({ aggregate }) => aggregate.type === 'ticket' && aggregate.id === id)
    expect(chainBreaks(history, { eventHash })).toEqual([])
    expect(eventHash).toBeDefined()
    const { followers: folded = [], ...factsOfHeader } = foldTicket(history) ?? {}
    expect(factsOfHeader).toEqual(stored)
    expect(priorityHistory(history).at(-1)).toEqual(priorityScale)
    expect(followerCount).toBe(followers.size)
    expect(new Set(folded)).toEqual(followers)
    const kept = rows.filter((row) => `${row.sk}`.startsWith('FOLLOWER#') && row.ticketId === id)
    expect(new Set(kept.map(({ userId }) => userId))).toEqual(followers)
  }
  const users = rows.filter(({ sk }) => sk === 'USER').map((row) => [row.id, row.status] as const)
  expect(new Map(users as [string, 'active'][])).toEqual(model.users)
}

describe('any sequence of commands', () => {
  it(`follows the rules, and the fold of its events equals the stored rows (SEED=${seed})`, async () => {
    const reached = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), async (steps) => {
        for (const { command } of steps) reached.add(command)
        await run(steps)
      }),
      { seed, numRuns: 60 },
    )
    expect(reached.size).toBe(8)
  })
})
