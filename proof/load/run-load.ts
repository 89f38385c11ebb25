import { setTimeout } from 'node:timers/promises'
import { build, type Histogram } from 'hdr-histogram-js'
import type { Played, RequestAttempt } from './attempt.ts'
import { type Chain, type PlannedRequest, ticketPlaceholder } from './plan.ts'
import { type Sender, sendCopies } from './send.ts'

export interface LoadOptions {
  copies: number
  /** How chains begin: so many at a time, each when one before it has ended, or so many a second, whatever is still under way. */
  arrivals: { atOnce: number } | { perSecond: number }
  onProgress(progress: Progress): void
}

export interface Progress {
  requestsDone: number
  requestsPlanned: number
  attempts: number
  lost: number
}

export interface LoadRun {
  played: Played[]
  attempts: number
  seconds: number
  latency: Histogram
}

/** Plays all chains, every request in `copies`. Never throws for what the target answers. */
export async function runLoad(
  sender: Omit<Sender, 'onAttempt'>,
  chains: readonly Chain[],
  options: LoadOptions,
): Promise<LoadRun> {
  const { copies, arrivals, onProgress } = options
  const latency = build({ numberOfSignificantValueDigits: 3 })
  const progress: Progress = {
    requestsDone: 0,
    requestsPlanned: sum(chains.map(({ requests }) => requests.length)),
    attempts: 0,
    lost: 0,
  }
  const played: Played[] = []
  const onAttempt = (attempt: RequestAttempt) => {
    progress.attempts++
    if (attempt.outcome === 'lost') progress.lost++
    else latency.recordValue(Math.max(1, Math.round(attempt.latencyMs * 1000)))
  }
  const startedAtMs = performance.now()
  const play = async (chain: Chain, dueAtMs: number) => {
    const onDone = () => {
      progress.requestsDone++
      onProgress(progress)
    }
    played.push(...(await playChain({ ...sender, onAttempt }, chain, copies, dueAtMs, onDone)))
  }
  await ('atOnce' in arrivals
    ? playInTurn(chains, arrivals.atOnce, play)
    : playOnTime(chains, arrivals.perSecond, play))
  return { played, attempts: progress.attempts, seconds: (performance.now() - startedAtMs) / 1000, latency }
}

type Play = (chain: Chain, dueAtMs: number) => Promise<void>

/** A closed model: a target that slows down is asked less. */
async function playInTurn(chains: readonly Chain[], atOnce: number, play: Play): Promise<void> {
  const waiting = [...chains]
  const worker = async () => {
    for (let chain = waiting.shift(); chain; chain = waiting.shift()) await play(chain, performance.now())
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, chains.length) }, worker))
}

/** An open model: arrivals wait for nobody, as people do not, so a slow moment is felt by all who come in it. */
async function playOnTime(chains: readonly Chain[], perSecond: number, play: Play): Promise<void> {
  const startedAtMs = performance.now()
  const playing = chains.map(async (chain, index) => {
    const dueAtMs = startedAtMs + (index * 1000) / perSecond
    await setTimeout(Math.max(0, dueAtMs - performance.now()))
    await play(chain, dueAtMs)
  })
  await Promise.all(playing)
}

/** One request after the other. When one has no success, what follows could not mean what it was planned to mean, so the chain ends. */
async function playChain(
  sender: Sender,
  chain: Chain,
  copies: number,
  dueAtMs: number,
  onDone: () => void,
): Promise<Played[]> {
  const played: Played[] = []
  let ticketId: string | undefined
  for (const request of chain.requests) {
    const each = await sendCopies(
      sender,
      withTicket(request, ticketId),
      copies,
      played.length === 0 ? dueAtMs : undefined,
    )
    played.push(each)
    onDone()
    if (!each.result) break
    if (request.operation === 'POST /tickets') ticketId = String(each.result.id)
  }
  return played
}

function withTicket(request: PlannedRequest, ticketId: string | undefined): PlannedRequest {
  if (!request.path.includes(ticketPlaceholder)) return request
  if (!ticketId) throw new Error(`${request.operation} needs a ticket that no request before it opened`)
  return { ...request, path: request.path.replace(ticketPlaceholder, ticketId) }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
