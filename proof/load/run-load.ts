import { setTimeout } from 'node:timers/promises'
import { build, type Histogram } from 'hdr-histogram-js'
import { randomFrom } from '../random.ts'
import type { RequestAttempt, RequestResult } from './attempt.ts'
import { type PlannedRequest, type Session, ticketPlaceholder } from './plan.ts'
import type { ReadAttempt } from './read.ts'
import { ReadMix } from './read-mix.ts'
import { type Sender, sendCopies } from './send.ts'

export interface LoadOptions {
  copies: number
  /**
   * How sessions arrive. `concurrency` is the closed model: so many run at once, and the next begins when one has ended.
   * `sessionsPerSecond` is the open model: they begin at a fixed rate, however many are still running.
   */
  arrivals: { concurrency: number } | { sessionsPerSecond: number }
  /** The share of reads in all that is sent: 0 up to, but not including, 1. None by default. `seed` chooses them. */
  reads?: { share: number; seed: number }
  onProgress(progress: Progress): void
  /** Hears each answer, and each connection that broke. */
  onAttempt?(attempt: RequestAttempt): void
}

export interface Progress {
  requestsDone: number
  requestsPlanned: number
  attempts: number
  /** Attempts whose connection broke. */
  lost: number
}

export interface LoadRun {
  results: RequestResult[]
  reads: ReadAttempt[]
  /** Attempts at writes. */
  attempts: number
  seconds: number
  /** The latencies of writes, in microseconds. */
  latency: Histogram
}

/** Runs all sessions and sends every request in `copies`. Never throws for an answer of the target. */
export async function runLoad(
  sender: Omit<Sender, 'onAttempt'>,
  sessions: readonly Session[],
  options: LoadOptions,
): Promise<LoadRun> {
  const { copies, arrivals, onProgress, reads = { share: 0, seed: 1 } } = options
  const latency = build({ numberOfSignificantValueDigits: 3 })
  const progress: Progress = {
    requestsDone: 0,
    requestsPlanned: sum(sessions.map(({ requests }) => requests.length)),
    attempts: 0,
    lost: 0,
  }
  const results: RequestResult[] = []
  const mix = new ReadMix(sender, reads.share, randomFrom(reads.seed))
  const onAttempt = (attempt: RequestAttempt, request: PlannedRequest) => {
    progress.attempts++
    if (attempt.outcome === 'lost') progress.lost++
    else latency.recordValue(Math.max(1, Math.round(attempt.latencyMs * 1000)))
    mix.afterAttempt(attempt, request)
    options.onAttempt?.(attempt)
  }
  const startedAtMs = performance.now()
  const run = async (session: Session, intendedAtMs: number) => {
    const onRequestDone = () => {
      progress.requestsDone++
      onProgress(progress)
    }
    results.push(...(await runSession({ ...sender, onAttempt }, session, copies, intendedAtMs, onRequestDone)))
  }
  await ('concurrency' in arrivals
    ? runClosedModel(sessions, arrivals.concurrency, run)
    : runOpenModel(sessions, arrivals.sessionsPerSecond, run))
  const seconds = (performance.now() - startedAtMs) / 1000
  return { results, reads: await mix.end(), attempts: progress.attempts, seconds, latency }
}

type Run = (session: Session, intendedAtMs: number) => Promise<void>

/** Closed model: a target that slows down receives fewer requests. */
async function runClosedModel(sessions: readonly Session[], concurrency: number, run: Run): Promise<void> {
  const waiting = [...sessions]
  const worker = async () => {
    for (let session = waiting.shift(); session; session = waiting.shift()) await run(session, performance.now())
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, sessions.length) }, worker))
}

/** Open model: arrivals do not wait for earlier ones, as users do not, so everyone who arrives in a slow moment measures it. */
async function runOpenModel(sessions: readonly Session[], sessionsPerSecond: number, run: Run): Promise<void> {
  const startedAtMs = performance.now()
  const running = sessions.map(async (session, index) => {
    const intendedAtMs = startedAtMs + (index * 1000) / sessionsPerSecond
    await setTimeout(Math.max(0, intendedAtMs - performance.now()))
    await run(session, intendedAtMs)
  })
  await Promise.all(running)
}

/** Sends one request after the other. Ends at a request without a success, since the later ones depend on it. */
async function runSession(
  sender: Sender,
  session: Session,
  copies: number,
  intendedAtMs: number,
  onRequestDone: () => void,
): Promise<RequestResult[]> {
  const results: RequestResult[] = []
  let ticketId: string | undefined
  for (const request of session.requests) {
    const isFirst = results.length === 0
    const result = await sendCopies(sender, withTicket(request, ticketId), copies, isFirst ? intendedAtMs : undefined)
    results.push(result)
    onRequestDone()
    if (!result.body) break
    if (request.operation === 'POST /tickets') ticketId = String(result.body.id)
  }
  return results
}

function withTicket(request: PlannedRequest, ticketId: string | undefined): PlannedRequest {
  if (!request.path.includes(ticketPlaceholder)) return request
  if (!ticketId) throw new Error(`${request.operation} needs a ticket, but no earlier request of the session opens one`)
  return { ...request, path: request.path.replace(ticketPlaceholder, ticketId) }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
