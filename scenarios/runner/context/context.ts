import { setTimeout as delay } from 'node:timers/promises'
import type { CountedRule } from '../../../localstack/embedded/faults/rule.ts'
import type { Traced } from '../../../localstack/embedded/faults/trace.ts'
import { type Evidence, gatherEvidence } from '../../../proof/check/evidence.ts'
import { readMails } from '../../../proof/check/mail-log.ts'
import type { RequestAttempt } from '../../../proof/load/attempt.ts'
import type { Target } from '../../../proof/target.ts'
import type { Store } from '../../../tables/store.ts'
import { type Arrow, pictureOf } from '../picture/arrows.ts'
import { momentsOf } from '../picture/moments.ts'
import { type Call, callsOf } from '../recording/calls.ts'
import { namedRows } from '../recording/named-rows.ts'
import { type RowChange, rowChanges } from '../recording/row-changes.ts'
import { sagaRuns } from '../recording/saga-runs.ts'
import { aliases } from '../recording/short-ids.ts'
import { type Trace, watch } from '../recording/trace.ts'
import { type Faults, faultsAt } from './faults.ts'
import { isBusy, isIdle } from './idle.ts'
import { type Exchange, type Person, person } from './person.ts'

/** What a step says; the same words in every run. */
export interface StepDescription {
  /** What we do. */
  do: string
  /** Which guarantee this shows. */
  shows?: string
  /** What would happen without it. */
  without?: string
}

/** One step as it went. */
export interface StepRecord extends StepDescription {
  /** What was seen in this run. */
  notes: string[]
  /** What happened, as few arrows that tell it. */
  picture: Arrow[]
  /** Every call and invocation, equal ones counted. */
  wire: Call[]
  /** Rows of the scenario's tenants that appeared, changed or went. */
  rows: RowChange[]
}

export interface Claim {
  says: string
  holds: boolean
  /** What was found instead, when it does not hold. */
  found?: string
}

/** What a story is played on. */
export interface ScenarioContext {
  target: Target
  /** A tenant of this run alone, and a second one. */
  tenant: string
  otherTenant: string
  /** Somebody of the first tenant, or of another. */
  person(user: string, role: 'customer' | 'agent' | 'admin', tenant?: string): Person
  faults: Faults
  /** Waits until the fault that is set has killed the whole stack, and starts it again on its data. */
  restart(): Promise<void>
  /** Plays one step, and tells it once it is over. */
  step(words: StepDescription, act: () => Promise<void>): Promise<void>
  /** Tells, with the step, what was seen in this run. */
  note(line: string): void
  /** Something that must be so now; the verdict is broken when it is not. */
  claim(says: string, found: unknown, wanted?: unknown): void
  /** Everything stored of the scenario's tenants. */
  evidence(): Promise<Evidence>
  /** Asks until the answer fits. Throws when it never does. */
  until<T>(what: string, ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T>
  /** What has ended at the edges since the scenario began, as far as it concerns its tenants. */
  traced(): readonly Traced[]
  /** Waits until every event is delivered, applied by every consumer, and every saga has ended. */
  untilIdle(): Promise<void>
}

/** Whoever has started a stack and may start it again. */
export interface Keeper {
  /** Resolves when the stack was killed, by whomever. */
  killed(): Promise<void>
  startAgain(): Promise<void>
}

/** A context with what the one who runs it needs. */
export interface OpenContext extends ScenarioContext {
  steps: StepRecord[]
  claims: Claim[]
  attempts: RequestAttempt[]
  /** Ends watching, lifts what faults still stand, and answers all that were set. */
  close(): Promise<CountedRule[]>
}

export interface ContextOptions {
  /** Before a step is played, which waits for it. */
  onBegin?: (words: StepDescription, number: number) => void | Promise<void>
  onStep?: (step: StepRecord, number: number) => void
  /** Ends the story at its next step or wait. */
  signal?: AbortSignal
  /** Starts the stack again, for scenarios that kill it. */
  keeper?: Keeper
  /** How long a story waits for what does not come; a minute by default. */
  patienceMs?: number
}

/** Much longer than anything takes; a story that waits longer is stuck. */
const patienceMsDefault = 60_000
const pollMs = 60

/** What a look takes on an idle machine, and more: one that is busy with other things gets its share of looks, however long that takes. */
const lookMs = 100

export async function openContext(
  target: Target,
  name: string,
  { run, onBegin, onStep, signal, keeper, patienceMs = patienceMsDefault }: { run: string } & ContextOptions,
): Promise<OpenContext> {
  const tenant = `${name}-${run}`
  const otherTenant = `${tenant}-other`
  const record: { exchanges: Exchange[]; attempts: RequestAttempt[] } = { exchanges: [], attempts: [] }
  const startWatching = async (seen?: Traced[]): Promise<Trace | undefined> =>
    target.edgeUrl ? await watch(target.edgeUrl, tenant, seen).catch(() => undefined) : undefined
  let trace = await startWatching()
  const lifted: CountedRule[] = []
  const faults = countingFaults(target, lifted)
  const steps: StepRecord[] = []
  const claims: Claim[] = []
  const notes: string[] = []
  let marks = 0
  const alias = aliases()
  const named = (all: Evidence) => namedRows(all, alias, (of) => (of === otherTenant ? ', of the other company' : ''))
  const shown = { exchanges: 0, traced: 0 }
  let before: Evidence | undefined

  /** The trace is told as things end: once a call of our own is in it, so is all that ended before. */
  async function freshlyTraced() {
    const watched = trace
    if (!watched || !target.edgeUrl) return []
    const mark = `${tenant}-mark-${++marks}`
    await fetch(target.edgeUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.GetQueueUrl' },
      body: JSON.stringify({ QueueName: mark }),
    }).then((response) => response.arrayBuffer())
    await until(
      'the trace',
      async () => watched.seen,
      (seen) => seen.some(({ resources }) => resources?.includes(mark)),
    )
    const fresh = watched.seen.slice(shown.traced)
    shown.traced = watched.seen.length
    return fresh.filter(({ resources }) => !resources?.some((each) => each.startsWith(`${tenant}-mark-`)))
  }

  const own = rowsOf(target.store, [tenant, otherTenant])
  const evidence = () => gatherEvidence(own, Date.now(), record.attempts)

  async function until<T>(what: string, ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T> {
    const deadlineMs = performance.now() + patienceMs
    const looksMin = patienceMs / lookMs
    for (let looks = 1; ; looks++) {
      signal?.throwIfAborted()
      const answer = await ask()
      if (fits(answer)) return answer
      if (looks > looksMin && performance.now() > deadlineMs) throw new Error(`waited in vain for ${what}`)
      await delay(pollMs)
    }
  }

  return {
    target,
    tenant,
    otherTenant,
    steps,
    claims,
    attempts: record.attempts,
    person: (user, role, of = tenant) => person(target, { tenant: of, user, role }, record),
    faults,
    evidence,
    until,
    traced: () => trace?.seen ?? [],
    note: (line) => void notes.push(line),
    async restart() {
      if (!keeper) throw new Error('only who has started a stack may kill it')
      await within(patienceMs, 'the death of the stack', keeper.killed())
      faults.died()
      await keeper.startAgain()
      trace = await startWatching(trace?.seen)
    },
    async step(words, act) {
      signal?.throwIfAborted()
      await onBegin?.(words, steps.length + 1)
      await act()
      const after = await evidence()
      const exchanges = record.exchanges.slice(shown.exchanges)
      shown.exchanges = record.exchanges.length
      const traced = await freshlyTraced()
      const runs = sagaRuns(before?.sagas ?? [], after.sagas)
      const told: StepRecord = {
        ...words,
        notes: notes.splice(0),
        picture: pictureOf(momentsOf(exchanges, traced, runs, tenant)),
        wire: callsOf(exchanges, traced),
        rows: rowChanges(before ? named(before) : [], named(after)),
      }
      before = after
      steps.push(told)
      onStep?.(told, steps.length)
    },
    claim(says, found, wanted = true) {
      const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)]
      claims.push(is === should ? { says, holds: true } : { says, holds: false, found: `${is}, not ${should}` })
    },
    async untilIdle() {
      // Reading everything again and again would take the time that the stack needs to get there.
      const look = async () => ((await isBusy(own, [tenant, otherTenant])) ? undefined : evidence())
      await until('every event to arrive and every saga to end', look, (found) => found !== undefined && isIdle(found))
    },
    async close() {
      // Of a stack that is dead, the verdict tells.
      await faults.liftAll().catch(() => {})
      await trace?.stop()
      return lifted
    },
  }
}

/** The same store, in which a scan finds rows of these tenants only. */
function rowsOf(store: Store, tenants: readonly string[]): Store {
  const prefixes = tenants.map((tenant) => `TENANT#${tenant}#`)
  return {
    transactRead: (reads) => store.transactRead(reads),
    transactWrite: (writes, token) => store.transactWrite(writes, token),
    get: (read) => store.get(read),
    write: (write) => store.write(write),
    query: (query) => store.query(query),
    async scan(request) {
      const page = await store.scan(request)
      return { ...page, rows: page.rows.filter(({ pk }) => prefixes.some((prefix) => String(pk).startsWith(prefix))) }
    },
  }
}

/** Rejects when it takes longer. */
async function within(ms: number, what: string, happens: Promise<void>): Promise<void> {
  const enough = new AbortController()
  const late = delay(ms, undefined, { signal: enough.signal }).then(() => {
    throw new Error(`waited in vain for ${what}`)
  })
  await Promise.race([happens, late]).finally(() => enough.abort())
}

/** Keeps what came of every rule that was set. Without an edge there is nothing to set. */
function countingFaults({ edgeUrl }: Target, lifted: CountedRule[]): Faults {
  const faults = edgeUrl ? faultsAt(edgeUrl) : undefined
  const there = () => {
    if (!faults) throw new Error('faults need the embedded stack')
    return faults
  }
  return {
    set: (rule) => there().set(rule),
    struck: (name) => there().struck(name),
    died() {
      const killer = there().died()
      lifted.push(killer)
      return killer
    },
    async lift(name) {
      const rule = await there().lift(name)
      lifted.push(rule)
      return rule
    },
    async liftAll() {
      const rules = (await faults?.liftAll()) ?? []
      lifted.push(...rules)
      return rules
    },
  }
}

/** Mails that the target's sink took for this address. */
export async function mailsTo({ edgeUrl }: Target, address: string): Promise<string[]> {
  const mails = (await readMails(edgeUrl)) ?? []
  return mails.filter(({ to }) => to.some((each) => each.includes(address))).map(({ steadfastId }) => steadfastId)
}
