import { writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { Command, InvalidArgumentError } from 'commander'
import { signToken } from '../localstack/embedded/token-keys.ts'
import { logAttempts, readAttempts } from '../proof/check/attempts-log.ts'
import { gatherAll } from '../proof/check/gather.ts'
import { report, runCheck } from '../proof/check/run-check.ts'
import { readConversations } from '../proof/load/conversation.ts'
import { type Chain, openTickets, playConversation } from '../proof/load/plan.ts'
import { type Progress, runLoad } from '../proof/load/run-load.ts'
import { settledSagas } from '../proof/load/settle.ts'
import { judgeRun, type Verdict } from '../proof/load/verdict.ts'
import { openTarget } from '../proof/target.ts'
import { dataOption, runCommand } from './run-command.ts'
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
}

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
  .addOption(targetOption())
  .addOption(dataOption())
  .action(load)

await runCommand(program)

async function load({ unique, copies, concurrency, rate, input, target: apiUrl, data, json }: Options): Promise<void> {
  const target = openTarget({ dataDir: data, apiUrl })
  const run = `load-${Date.now().toString(36)}`
  const chains: Chain[] = input
    ? readConversations(input).map((conversation, index) => playConversation(run, conversation, index))
    : openTickets(run, unique)
  const arrivals = rate ? { perSecond: rate } : { atOnce: concurrency }
  const sender = { apiUrl: target.apiUrl, tokenFor: rememberedTokens(data) }
  const result = await runLoad(sender, chains, { copies, arrivals, onProgress: progressLine() })
  if (process.stderr.isTTY) process.stderr.write('\n')
  logAttempts(
    data,
    result.played.flatMap(({ attempts }) => attempts),
  )
  console.log(
    `${result.played.length} requests in ${copies} copies sent; waiting until every event is delivered and every saga has ended`,
  )
  const unfinished = await settledSagas(target.store)
  const gather = () => gatherAll(target, readAttempts(data))
  const findings = await runCheck(gather, { graceMs: 2_000, rounds: 15, sleep: setTimeout })
  const verdict = judgeRun(result, copies, await gather(), findings, unfinished)
  console.log(report(findings))
  console.log(told(verdict))
  if (json) writeFileSync(json, `${JSON.stringify(verdict, null, 2)}\n`)
  if (!verdict.ok) process.exitCode = 1
}

function told(verdict: Verdict): string {
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

/** Rewrites one line on a terminal, prints one now and then into a pipe. */
function progressLine(): (progress: Progress) => void {
  let shownAtMs = 0
  const everyMs = process.stderr.isTTY ? 200 : 5_000
  return ({ requestsDone, requestsPlanned, attempts, lost }) => {
    if (performance.now() - shownAtMs < everyMs && requestsDone < requestsPlanned) return
    shownAtMs = performance.now()
    const line = `${requestsDone} of ${requestsPlanned} requests done, ${attempts} copies answered${lost ? `, ${lost} connections lost` : ''}`
    process.stderr.write(process.stderr.isTTY ? `\r${line}\x1b[K` : `${line}\n`)
  }
}

function positive(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number of at least 1')
  return value
}
