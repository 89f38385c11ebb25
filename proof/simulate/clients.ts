import { statuses } from '../../domain/ticket-status.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { unfollowTicket } from '../../functions/unfollow-ticket/unfollow-ticket.ts'
import { isSuccess, type RequestAttempt } from '../load/attempt.ts'
import type { Draws } from './draws.ts'
import { people } from './people.ts'
import { type Person, type RequestDeps, type SimulatedRequest, sendOnce } from './requests.ts'
import type { ClientScale, ScriptStep } from './swarm.ts'

/** What clients share: the tickets that they know, by tenant, and everything that they were answered. */
export class ClientLog {
  readonly attempts: RequestAttempt[] = []
  readonly tickets = new Map<string, string[]>()
  readonly #onAttempt: (attempt: RequestAttempt) => void

  constructor(onAttempt: (attempt: RequestAttempt) => void) {
    this.#onAttempt = onAttempt
  }

  add(attempt: RequestAttempt): void {
    this.attempts.push(attempt)
    this.#onAttempt(attempt)
  }

  ticketsOf(tenant: string): string[] {
    const known = this.tickets.get(tenant) ?? []
    this.tickets.set(tenant, known)
    return known
  }
}

/** One client: sends its requests one after the other, some of them in copies at once, and repeats what got no definite answer. */
export async function runClient(
  deps: RequestDeps,
  log: ClientLog,
  scale: ClientScale,
  { tenant, number }: { tenant: string; number: number },
): Promise<void> {
  const { scheduler, coverage } = deps.simulation
  const name = `client ${number} of ${tenant}`
  const draws = deps.simulation.draws.of(name)
  const sent: SimulatedRequest[] = []
  for (let index = 1; index <= scale.requests; index++) {
    await scheduler.sleep(draws.number(index, thinking) * scale.thinkMsMax)
    const key = `client-${number}-request-${index}`
    const drawn = drawRequest(draws, index, tenant, key, log.ticketsOf(tenant))
    // Sometimes an earlier key comes again with another payload, which must be refused.
    const earlier = sent.length > 0 ? draws.pick(sent, index, what) : undefined
    const isReuse = earlier !== undefined && draws.number(index, reusing) < 0.08
    const request = isReuse ? reused(earlier, draws.number(index, who)) : drawn
    if (isReuse) coverage.count('a key is reused')
    const copies = draws.number(index, copying) < scale.copyRate ? draws.integer(2, 3, index, copyCount) : 1
    const tries = draws.number(index, patience) < 0.1 ? 2 : Number.POSITIVE_INFINITY
    await sendCopies(deps, log, `${name}, request ${index}`, request, { copies, tries })
    if (!isReuse) sent.push(request)
    // Somebody sends an earlier request again, when much may have changed since.
    if (earlier && draws.number(index, repeating) < 0.25) {
      coverage.count('a request is repeated late')
      await sendCopies(deps, log, `${name}, repetition ${index}`, earlier, { copies: 1 })
    }
  }
}

/** A client that follows a script: each step begins when every request of the one before has its final answer. */
export async function runScript(
  deps: RequestDeps,
  log: ClientLog,
  script: readonly ScriptStep[],
  tenant: string,
): Promise<void> {
  for (const [index, step] of script.entries())
    await Promise.all(
      step(log.ticketsOf(tenant)).map(({ request, copies }, at) =>
        sendCopies(deps, log, `step ${index + 1}, request ${at + 1}`, request, { copies }),
      ),
    )
}

/** Sends a request in so many copies at once, each until its answer is final; a ticket that it opened is known from then on. */
export async function sendCopies(
  deps: RequestDeps,
  log: ClientLog,
  name: string,
  request: SimulatedRequest,
  { copies, tries = Number.POSITIVE_INFINITY }: { copies: number; tries?: number },
): Promise<void> {
  const sent = await Promise.all(
    Array.from({ length: copies }, (_, copy) => sendUntilFinal(deps, log, name, request, copy, tries)),
  )
  const opened = sent.flat().find(isSuccess)
  if (opened?.answer && request.endpoint === createTicket) remember(log.ticketsOf(request.by.tenant), opened.answer)
}

const [thinking, reusing, copying, copyCount, patience, kind, who, which, what, repeating] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
]

/** The earlier key and operation, from somebody else or with another payload. */
function reused(earlier: SimulatedRequest, drawn: number): SimulatedRequest {
  const { by, endpoint, params, body } = earlier
  if (drawn < 0.5) return { ...earlier, by: { ...by, actor: by.actor.id === 'ada' ? people.agnes : people.ada } }
  if (endpoint === createTicket) return { ...earlier, body: { ...(body as object), title: 'Another one' } }
  return { ...earlier, params: { ...params, ticketId: 'another' } }
}

function remember(tickets: string[], answer: string): void {
  const { id } = JSON.parse(JSON.parse(answer).body)
  if (!tickets.includes(id)) tickets.push(id)
}

async function sendUntilFinal(
  deps: RequestDeps,
  log: ClientLog,
  name: string,
  request: SimulatedRequest,
  copy: number,
  tries: number,
): Promise<RequestAttempt[]> {
  const { scheduler, draws } = deps.simulation
  const attempts: RequestAttempt[] = []
  for (let number = 1; ; number++) {
    const label = `${name}, copy ${copy + 1}, try ${number}`
    const attempt = await sendOnce(deps, label, request, copy)
    attempts.push(attempt)
    log.add(attempt)
    if (attempt.status === 400) throw new Error(`${label} is malformed: ${attempt.answer}`)
    const isFinal = attempt.outcome === 'answered' && !attempt.retryable
    if (isFinal || number >= tries) return attempts
    await scheduler.sleep(draws.of(label).number(0) * Math.min(30_000, 100 * 2 ** number))
  }
}

const kinds = {
  open: 4,
  comment: 4,
  'change-status': 5,
  assign: 3,
  follow: 2,
  unfollow: 1,
  deactivate: 0.7,
} as const
type Kind = keyof typeof kinds
const weightSum = Object.values(kinds).reduce((sum, weight) => sum + weight, 0)

function drawKind(draws: Draws, index: number): Kind {
  let left = draws.number(index, kind) * weightSum
  for (const [name, weight] of Object.entries(kinds)) {
    left -= weight
    if (left < 0) return name as Kind
  }
  return 'open'
}

function drawRequest(
  draws: Draws,
  index: number,
  tenant: string,
  key: string,
  tickets: readonly string[],
): SimulatedRequest {
  const person = (number: number, only: readonly Person['actor'][]): Person => {
    return { tenant, actor: draws.pick(only, index, number) }
  }
  const anyone = Object.values(people)
  const agents = anyone.filter(({ role }) => role !== 'customer')
  const drawn = drawKind(draws, index)
  if (drawn === 'deactivate')
    return {
      by: { tenant, actor: people.ada },
      endpoint: deactivateUser,
      key,
      params: { userId: draws.pick([people.alan, people.carl], index, which).id },
    }
  if (tickets.length === 0 || drawn === 'open')
    return {
      by: person(who, anyone),
      endpoint: createTicket,
      key,
      body: { title: 'Printer on fire', body: 'It burns.' },
    }
  const params = { ticketId: draws.pick(tickets, index, which) }
  const other = draws.pick(anyone, index, what).id
  switch (drawn) {
    case 'comment':
      return { by: person(who, anyone), endpoint: addComment, key, params, body: { body: 'It still burns.' } }
    case 'change-status':
      return {
        by: person(who, agents),
        endpoint: changeStatus,
        key,
        params,
        body: { to: draws.pick(statuses, index, what), reason: 'It is so.' },
      }
    case 'assign':
      return {
        by: person(who, agents),
        endpoint: assignTicket,
        key,
        params,
        body: { userId: draws.pick(agents, index, what).id },
      }
    case 'follow':
      return { by: person(who, agents), endpoint: followTicket, key, params: { ...params, userId: other } }
    case 'unfollow':
      return { by: person(who, agents), endpoint: unfollowTicket, key, params: { ...params, userId: other } }
    default:
      return drawn satisfies never
  }
}
