import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { requestAttachment } from '../../functions/request-attachment/request-attachment.ts'
import { isSuccess, type RequestAttempt } from '../load/attempt.ts'
import {
  abandonChance,
  copyCount,
  copying,
  drawRequest,
  type Repertoire,
  repeating,
  reused,
  reusing,
  thinking,
  what,
  who,
} from './drawn-requests.ts'
import { type Known, type RequestDeps, type RequestedFile, type SimulatedRequest, sendOnce } from './requests.ts'
import type { ScriptStep } from './script-steps.ts'
import type { ClientScale } from './swarm.ts'

export interface ClientDeps extends RequestDeps {
  /** Starts somebody who uploads a file that was requested. */
  startUpload: (file: RequestedFile) => void
}

/** What clients share: the tickets and files that they know, by tenant, and everything that they were answered. */
export class ClientLog {
  readonly attempts: RequestAttempt[] = []
  readonly #known = new Map<string, Known>()
  readonly #onAttempt: (attempt: RequestAttempt) => void

  constructor(onAttempt: (attempt: RequestAttempt) => void) {
    this.#onAttempt = onAttempt
  }

  add(attempt: RequestAttempt): void {
    this.attempts.push(attempt)
    this.#onAttempt(attempt)
  }

  knownTo(tenant: string): Known {
    const known = this.#known.get(tenant) ?? { tickets: [], files: [] }
    this.#known.set(tenant, known)
    return known
  }
}

/** One client: sends its requests one after the other, some of them in copies at once, and repeats what got no definite answer. */
export async function runClient(
  deps: ClientDeps,
  log: ClientLog,
  { scale, repertoire }: { scale: ClientScale; repertoire: Repertoire },
  { tenant, number }: { tenant: string; number: number },
): Promise<void> {
  const { scheduler, coverage } = deps.simulation
  const name = `client ${number} of ${tenant}`
  const draws = deps.simulation.draws.of(name)
  const sent: SimulatedRequest[] = []
  for (let index = 1; index <= scale.requests; index++) {
    await scheduler.sleep(draws.number(index, thinking) * scale.thinkMsMax)
    const key = `client-${number}-request-${index}`
    const drawn = drawRequest(draws, index, tenant, key, { known: log.knownTo(tenant), repertoire })
    // Sometimes an earlier key comes again with another payload, which must be refused.
    const earlier = sent.length > 0 ? draws.pick(sent, index, what) : undefined
    const isReuse = earlier !== undefined && draws.number(index, reusing) < 0.08
    const request = isReuse ? reused(earlier, draws.number(index, who)) : drawn
    if (isReuse) coverage.count('a key is reused')
    const copies = draws.number(index, copying) < scale.copyRate ? draws.integer(2, 3, index, copyCount) : 1
    const tries = draws.number(index, abandonChance) < 0.1 ? 2 : Number.POSITIVE_INFINITY
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
  deps: ClientDeps,
  log: ClientLog,
  script: readonly ScriptStep[],
  tenant: string,
): Promise<void> {
  for (const [index, { afterMs = 0, requests }] of script.entries()) {
    if (afterMs > 0) await deps.simulation.scheduler.sleep(afterMs)
    await Promise.all(
      requests(log.knownTo(tenant)).map(({ request, copies }, at) =>
        sendCopies(deps, log, `step ${index + 1}, request ${at + 1}`, request, { copies }),
      ),
    )
  }
}

/** Sends a request in so many copies at once, each until its answer is final; a ticket or a file that it made is known from then on. */
export async function sendCopies(
  deps: ClientDeps,
  log: ClientLog,
  name: string,
  request: SimulatedRequest,
  { copies, tries = Number.POSITIVE_INFINITY }: { copies: number; tries?: number },
): Promise<void> {
  const sent = await Promise.all(
    Array.from({ length: copies }, (_, copy) => sendUntilFinal(deps, log, name, request, copy, tries)),
  )
  const success = sent.flat().find(isSuccess)
  if (success?.answer)
    remember(deps, log.knownTo(request.by.tenant), request, JSON.parse(JSON.parse(success.answer).body))
}

function remember(
  { startUpload }: ClientDeps,
  { tickets, files }: Known,
  { endpoint, by }: SimulatedRequest,
  made: { id: string; ticketId: string; sha256: string },
): void {
  if (endpoint === createTicket && !tickets.includes(made.id)) tickets.push(made.id)
  if (endpoint !== requestAttachment || files.some(({ id }) => id === made.id)) return
  const file = { by, ticketId: made.ticketId, id: made.id, sha256: made.sha256 }
  files.push(file)
  startUpload(file)
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
