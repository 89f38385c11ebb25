import { writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { Command, InvalidArgumentError } from 'commander'
import { signToken } from '../localstack/embedded/token-keys.ts'
import { logAttempts, readAttempts } from '../proof/check/attempts-log.ts'
import { gatherAll } from '../proof/check/gather.ts'
import { formatFindings, runCheck } from '../proof/check/run-check.ts'
import { type Chaos, type ChaosSummary, formatChaos, startChaos, summarizeChaos } from '../proof/load/chaos.ts'
import { chaosPlan } from '../proof/load/chaos-plan.ts'
import { readConversations } from '../proof/load/conversation.ts'
import { conversationSession, type Session, ticketSessions } from '../proof/load/plan.ts'
import { type LoadRun, type Progress, runLoad } from '../proof/load/run-load.ts'
import { judgeRun, type Verdict } from '../proof/load/verdict.ts'
import { waitForSagas } from '../proof/load/wait-for-sagas.ts'
import { reachTarget, type Target } from '../proof/target.ts'
import { faultsAt } from '../scenarios/runner/context/faults.ts'
import { canRunOn } from '../scenarios/runner/scenario.ts'
import { loadProgress } from './load-progress.ts'
import { dataOption, runProgram } from './run-program.ts'
import { targetOption } from './target-option.ts'

interface Options {
  unique: number
  copies: number
  concurrency: number
  rate?: number
  input?: string
  target?: string
  data: string
  json?: string
  chaos?: number
}

/** After chaos some events come again only when their message's visibility timeout is over, which is a minute. */
const chaosRounds = 90
const calmRounds = 15

const signals = ['SIGINT', 'SIGTERM'] as const

const program = new Command('npm run load --')
  .description(
    'Fires each request several times at once against a running stack, and judges what is stored afterwards.',
  )
  .option('--unique <n>', 'how many different requests, each opening a ticket', positive, 500)
  .option('--copies <n>', 'how often each request is sent at once, with the same key', positive, 3)
  .option('--concurrency <n>', 'how many requests (or conversations) are under way at once', positive, 16)
  .option(
    '--rate <n>',
    'instead: how many begin a second, whatever is still under way (no coordinated omission)',
    positive,
  )
  .option(
    '--input <file>',
    'play conversations instead: one JSON object a line with tenant and messages (author, at, text)',
  )
  .option('--json <file>', 'write the verdict as JSON too')
  .option(
    '--chaos <seed>',
    'make faults at the edge of the embedded stack meanwhile, drawn from this number: the same seed plans the same faults',
    seed,
  )
  .addOption(targetOption())
  .addOption(dataOption())
  .action(load)

await runProgram(program)

async function load(options: Options): Promise<void> {
  const { unique, copies, concurrency, rate, input, target: apiUrl, data, json } = options
  const target = await reachTarget({ dataDir: data, apiUrl })
  const chaos = options.chaos === undefined ? undefined : await chaosOn(target, options.chaos)
  const run = `load-${Date.now().toString(36)}`
  const sessions: Session[] = input
    ? readConversations(input).map((conversation, index) => conversationSession(run, conversation, index))
    : ticketSessions(run, unique)
  const arrivals = rate ? { sessionsPerSecond: rate } : { concurrency }
  const sender = { apiUrl: target.apiUrl, tokenFor: rememberedTokens(data) }
  const line = loadProgress()
  chaos?.at(0)
  const onProgress = (progress: Progress) => {
    line.at(progress)
    chaos?.at(progress.requestsDone / progress.requestsPlanned)
  }
  const running = runLoad(sender, sessions, { copies, arrivals, onProgress }).finally(line.done)
  const [result, made] = await endedBy(running, chaos, options.chaos)
  logAttempts(
    data,
    result.results.flatMap(({ attempts }) => attempts),
  )
  console.log(
    `${result.results.length} requests in ${copies} copies sent; waiting until every event is delivered and every saga has ended`,
  )
  const unfinished = await waitForSagas(target.store, result)
  const gather = () => gatherAll(target, readAttempts(data))
  const findings = await runCheck(gather, {
    graceMs: 2_000,
    rounds: made ? chaosRounds : calmRounds,
    sleep: setTimeout,
  })
  const judged = judgeRun(result, copies, await gather(), findings, unfinished)
  const verdict = made ? { ...judged, ok: judged.ok && made.struck > 0, chaos: made } : judged
  console.log(formatFindings(findings))
  if (made) console.log(formatChaos(made))
  if (made?.struck === 0)
    console.log('no fault was injected, so the run proves nothing: send more requests, or use another seed')
  console.log(formatVerdict(judged))
  if (json) writeFileSync(json, `${JSON.stringify(verdict, null, 2)}\n`)
  if (!verdict.ok) process.exitCode = 1
}

/** Throws one line where there is no edge to make faults at. */
async function chaosOn(target: Target, seed: number): Promise<Chaos> {
  if (!target.edgeUrl || !(await canRunOn({ targets: 'embedded' }, target)))
    throw new Error('--chaos makes faults at the edge, which only the embedded stack can: run it against npm start')
  return startChaos(chaosPlan(seed), faultsAt(target.edgeUrl))
}

/** What the run came to, and its chaos; whatever ends the run, no fault is left behind. */
async function endedBy(
  running: Promise<LoadRun>,
  chaos: Chaos | undefined,
  seed = 0,
): Promise<[LoadRun, ChaosSummary | undefined]> {
  if (!chaos) return [await running, undefined]
  const interrupted = () => void chaos.end().finally(() => process.exit(1))
  for (const signal of signals) process.once(signal, interrupted)
  const result = await running.finally(() => chaos.end())
  for (const signal of signals) process.off(signal, interrupted)
  return [result, summarizeChaos(seed, await chaos.end())]
}

function formatVerdict(verdict: Verdict): string {
  const { latencyMs } = verdict
  return [
    `unique requests   ${verdict.unique} in ${verdict.copies} copies, ${verdict.requests} sent in all`,
    `effects           ${verdict.effects}`,
    `differing answers ${verdict.differingAnswers}`,
    `lost events       ${verdict.lostEvents}`,
    `doubled effects   ${verdict.doubledEffects}`,
    `unfinished sagas  ${verdict.unfinishedSagas}`,
    `refused requests  ${verdict.refusedRequests}`,
    `throughput        ${verdict.throughputPerSecond} requests/s`,
    `latency           p50 ${latencyMs.p50} ms, p90 ${latencyMs.p90} ms, p99 ${latencyMs.p99} ms, max ${latencyMs.max} ms`,
    `verdict           ${verdict.ok ? 'each request took effect once' : 'BROKEN'}`,
  ].join('\n')
}

/** One token per person, made once. */
function rememberedTokens(dataDir: string) {
  const tokens = new Map<string, Promise<string>>()
  return ({ tenant, user, role }: { tenant: string; user: string; role: string }) => {
    const who = `${tenant} ${user} ${role}`
    const token = tokens.get(who) ?? signToken(dataDir, { tenant, user, role })
    tokens.set(who, token)
    return token
  }
}

function seed(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value)) throw new InvalidArgumentError('must be a whole number')
  return value
}

function positive(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number of at least 1')
  return value
}
