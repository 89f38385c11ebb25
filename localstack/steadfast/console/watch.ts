import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { CountedRule, EventLine, ExtensionHost, StackEvent } from 'embedded-aws/extension'
import type { Fault, Topology } from '../../../console/wire.ts'
import { counterOf, outcomeOf } from './counters.ts'
import { createEventRing, type EventRing } from './event-ring.ts'
import type { RowHistory } from './row-history.ts'
import { createSeconds } from './seconds.ts'
import type { ConsoleSources } from './sources.ts'
import { createViewers, type Source } from './viewers.ts'

/** Looks at the stack while somebody watches, and not otherwise. */
export interface Watch {
  /** Answers with the stream of events. */
  serve(request: IncomingMessage, response: ServerResponse): void
  /** Has the promises checked now, if somebody watches. */
  check(): void
  stop(): Promise<void>
}

export interface WatchOptions {
  host: Pick<ExtensionHost, 'onEvent' | 'faultRules' | 'log'>
  topology: Topology
  rowHistory: Pick<RowHistory, 'begin'>
  sources: ConsoleSources
}

const viewersMax = 20
/** Characters of an event's text. */
const textMax = 200
/** Some 2 MB. */
const ringCapacity = 5_000
const flushMs = 250
const secondsKept = 120
const depthsEveryMs = 2_000
/** A browser that reloads is back within it. */
const graceMs = 5_000
/** A check reads everything, so it may take this share of the time at most; more while something is suspected, which a room waits for. */
const checkShareMax = { holds: 1 / 50, suspect: 1 / 10 }
const checkEveryMs = { min: 2_000, quiet: 30_000 }

interface Session {
  source: Source
  ended: AbortController
}

export function createWatch({ host, topology, rowHistory, sources }: WatchOptions): Watch {
  const viewers = createViewers()
  let session: Session | undefined
  let ending: NodeJS.Timeout | undefined
  let checkAsked = new AbortController()

  function begin(): Session {
    const ring = createEventRing(ringCapacity)
    const seconds = createSeconds(secondsKept)
    const source = { run: randomBytes(4).toString('hex'), ...ring }
    const ended = new AbortController()
    viewers.tell('hello', { since: new Date().toISOString(), topology })
    const unlisten = host.onEvent((line, event) => {
      ring.add(toWire(line, event))
      if (event.kind === 'request') seconds.add(outcomeOf(event), event.ms)
    })
    const forgetRows = rowHistory.begin()
    let sentFaults = ''
    const tellFaults = () => {
      const faults = host.faultRules().map(toFault)
      const text = JSON.stringify(faults)
      if (text !== sentFaults) viewers.tell('faults', faults)
      sentFaults = text
    }
    tellFaults()
    const flushing = setInterval(() => viewers.flush(source), flushMs)
    const ticking = setInterval(() => {
      viewers.tell('second', [seconds.close(new Date())], seconds.all())
      tellFaults()
    }, 1_000)
    ended.signal.addEventListener('abort', () => {
      unlisten()
      forgetRows()
      clearInterval(flushing)
      clearInterval(ticking)
      viewers.forget()
    })
    void pollDepths(ended.signal)
    void pollPromises(ended.signal, ring)
    return { source, ended }
  }

  function end() {
    session?.ended.abort()
    session = undefined
    sources.rest()
  }

  async function pollDepths(signal: AbortSignal) {
    await repeat(signal, 'what waits', async () => {
      viewers.tell('depths', await sources.depths())
      await pause(depthsEveryMs, signal)
    })
  }

  async function pollPromises(signal: AbortSignal, ring: EventRing) {
    await repeat(signal, 'the promises', async () => {
      // A request that comes while a check runs wants one that began later.
      const until = AbortSignal.any([signal, checkAsked.signal])
      const checkedAt = ring.head()
      const promises = await sources.promises()
      viewers.tell('promises', promises)
      const allHold = promises.invariants.every(({ light }) => light === 'holds')
      const shareMax = checkShareMax[allHold ? 'holds' : 'suspect']
      await pause(Math.max(checkEveryMs.min, promises.ms / shareMax), until)
      const isQuiet = () => allHold && ring.head() === checkedAt
      for (let waitedMs = 0; isQuiet() && waitedMs < checkEveryMs.quiet && !until.aborted; waitedMs += flushMs)
        await pause(flushMs, until)
    })
  }

  /** Goes on after a failure: a stack under fire fails calls, these too. */
  async function repeat(signal: AbortSignal, what: string, work: () => Promise<void>) {
    let isFailing = false
    while (!signal.aborted) {
      try {
        await work()
        isFailing = false
      } catch (error) {
        if (!signal.aborted && !isFailing)
          host.log.warn(`the console could not read ${what}, and tries again: ${error}`)
        isFailing = true
        await pause(checkEveryMs.min, signal)
      }
    }
  }

  return {
    serve(request, response) {
      if (viewers.count() >= viewersMax)
        return void response.writeHead(503, { 'retry-after': '10' }).end('too many pages watch\n')
      clearTimeout(ending)
      session ??= begin()
      const lastEventId = request.headers['last-event-id']
      viewers.add(response, session.source, typeof lastEventId === 'string' ? lastEventId : undefined)
      response.once('close', () => {
        if (viewers.count() > 0) return
        ending = setTimeout(end, graceMs)
        ending.unref()
      })
    },
    check() {
      checkAsked.abort()
      checkAsked = new AbortController()
    },
    async stop() {
      clearTimeout(ending)
      end()
      viewers.stop()
      await sources.stop()
    },
  }
}

/** Ends early, without an error, when the signal aborts. */
const pause = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => {})

/** Shows of a mail only its subject, never its recipient. Long texts are cut. */
function toWire(line: EventLine, event: StackEvent) {
  const { kind, at, outcome, tone, ms, correlationId } = line
  const what = cut(event.kind === 'mail' ? event.mail.subject : line.what)
  const detail = line.detail === undefined ? undefined : cut(line.detail)
  return {
    at,
    kind,
    what,
    outcome,
    counter: counterOf(event, outcome),
    ...(tone !== undefined && { tone }),
    ...(ms !== undefined && { ms }),
    ...(correlationId !== undefined && { correlationId }),
    ...(detail !== undefined && { detail }),
  }
}

const cut = (text: string) => (text.length > textMax ? `${text.slice(0, textMax - 1)}…` : text)

function toFault({ name, at, where, fault, probability, matched, fired }: CountedRule): Fault {
  return { name, at, where: where as Fault['where'], fault, probability, matched, fired }
}
