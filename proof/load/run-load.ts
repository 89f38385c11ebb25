import { build, type Histogram } from 'hdr-histogram-js'
import type { Attempt, Played } from './attempt.ts'
import { type Chain, type PlannedRequest, ticketPlaceholder } from './plan.ts'
import { type Sender, sendCopies } from './send.ts'

export interface LoadOptions {
  copies: number
  /** Chains under way at once. */
  concurrency: number
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

/** Plays all chains, `concurrency` of them at once, every request in `copies`. Never throws for what the target answers. */
export async function runLoad(
  sender: Omit<Sender, 'onAttempt'>,
  chains: readonly Chain[],
  options: LoadOptions,
): Promise<LoadRun> {
  const { copies, concurrency, onProgress } = options
  const latency = build({ numberOfSignificantValueDigits: 3 })
  const progress: Progress = {
    requestsDone: 0,
    requestsPlanned: sum(chains.map(({ requests }) => requests.length)),
    attempts: 0,
    lost: 0,
  }
  const played: Played[] = []
  const onAttempt = (attempt: Attempt) => {
    progress.attempts++
    if (attempt.outcome === 'lost') progress.lost++
    else latency.recordValue(Math.max(1, Math.round(attempt.latencyMs * 1000)))
  }
  const startedAtMs = performance.now()
  const waiting = [...chains]
  const worker = async () => {
    for (let chain = waiting.shift(); chain; chain = waiting.shift()) {
      played.push(
        ...(await playChain({ ...sender, onAttempt }, chain, copies, () => {
          progress.requestsDone++
          onProgress(progress)
        })),
      )
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, chains.length) }, worker))
  return { played, attempts: progress.attempts, seconds: (performance.now() - startedAtMs) / 1000, latency }
}

/** One request after the other. When one has no success, what follows could not mean what it was planned to mean, so the chain ends. */
async function playChain(sender: Sender, chain: Chain, copies: number, onDone: () => void): Promise<Played[]> {
  const played: Played[] = []
  let ticketId: string | undefined
  for (const request of chain.requests) {
    const each = await sendCopies(sender, withTicket(request, ticketId), copies)
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
