import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { formatFindings } from '../proof/check/run-check.ts'
import { toJepsenHistory } from '../proof/linearizability/jepsen-history.ts'
import { formatChaos } from '../proof/load/chaos.ts'
import { readConversations } from '../proof/load/conversation.ts'
import { conversationSession, ticketSessions } from '../proof/load/plan.ts'
import { runLoad } from '../proof/load/run-load.ts'
import { ticketHistories } from '../proof/load/ticket-histories.ts'
import { readStoredDataId } from '../proof/stored-data-id.ts'
import { reachTarget, whileReachable } from '../proof/target.ts'
import { cachedTokens } from './load/cached-tokens.ts'
import { endWithChaos, startChaosAt } from './load/chaos.ts'
import { formatLoadVerdict } from './load/format-load-verdict.ts'
import { judgeLoad } from './load/judge-load.ts'
import { startProgressLine } from './load/progress-line.ts'
import { watchForSilence } from './load/silence.ts'
import { abortOnSignal } from './program/abort-signal.ts'
import { dataOption, positiveNumber, shareBelowOne, targetOption, wholeNumber } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { writeJson } from './program/write-json.ts'

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
  reads: number
  history?: string
}

/** When so many requests are sent in copies, some copies must meet the key of the first. */
const uniqueMin = 20

const program = new Command('npm run load --')
  .description(
    'Sends each request several times at once to a running stack, reads beside it, and judges the run by what is stored and by what clients saw.',
  )
  .option('--unique <n>', 'how many different requests to send; each opens a ticket', positiveNumber, 500)
  .option('--copies <n>', 'how many copies of each request to send at once, with the same key', positiveNumber, 3)
  .option('--concurrency <n>', 'how many requests, or conversations, run at the same time', positiveNumber, 16)
  .option(
    '--rate <n>',
    'instead of --concurrency: how many start per second, however many are still running (no coordinated omission)',
    positiveNumber,
  )
  .option(
    '--input <file>',
    'send conversations instead: NDJSON with tenant and messages (author, at, text), one conversation per line',
  )
  .option(
    '--reads <share>',
    'the share of reads in all that is sent, from 0 up to, but not including, 1; they are judged too',
    shareBelowOne,
    0.2,
  )
  .option('--history <file>', 'also write what every client asked and saw, as a history of Jepsen: JSON lines')
  .option('--json <file>', 'also write the verdict as JSON')
  .option(
    '--chaos <seed>',
    'inject faults at the edge of the embedded stack during the run; the same seed plans the same faults',
    wholeNumber,
  )
  .addOption(targetOption())
  .addOption(dataOption())
  .action(load)

await runProgram(program)

async function load(options: Options): Promise<void> {
  const { unique, copies, concurrency, rate, input, target: apiUrl, data, json, chaos: seed, reads: share } = options
  const target = await reachTarget({ dataDir: data, apiUrl })
  const chaos = seed === undefined ? undefined : await startChaosAt(target, seed)
  const storedDataId = await readStoredDataId(target)
  const runId = `load-${Date.now().toString(36)}`
  const sessions = input
    ? readConversations(input).map((conversation, index) => conversationSession(runId, conversation, index))
    : ticketSessions(runId, unique)
  const sender = { apiUrl: target.apiUrl, tokenFor: cachedTokens(data) }
  const readSeed = seed ?? randomInt(1_000_000)
  const progressLine = startProgressLine()
  const signal = abortOnSignal()
  const fail = ({ message }: Error) => {
    progressLine.done()
    console.error(`error: ${message}`)
    void Promise.resolve(chaos?.end()).finally(() => process.exit(1))
  }
  signal.addEventListener('abort', () => fail(signal.reason))
  const silence = watchForSilence(target.apiUrl, {
    onSilent(message) {
      progressLine.done()
      console.error(message)
    },
    onGone: fail,
  })
  chaos?.at(0)
  const run = runLoad(sender, sessions, {
    copies,
    arrivals: rate ? { sessionsPerSecond: rate } : { concurrency },
    reads: { share, seed: readSeed },
    onAttempt: silence.heard,
    onProgress(progress) {
      progressLine.update(progress)
      chaos?.at(progress.requestsDone / progress.requestsPlanned)
    },
  }).finally(progressLine.done)
  const { result, summary } =
    chaos && seed !== undefined ? await endWithChaos(run, chaos, seed) : { result: await run, summary: undefined }
  console.log(
    `${result.results.length} requests in ${copies} copies and ${result.reads.length} reads sent (reads of seed ${readSeed}); waiting until every event is delivered and every saga has ended`,
  )
  const { findings, verdict } = await whileReachable(
    target,
    judgeLoad({ target, storedDataId, sender, copies, result }),
  )
  if (options.history)
    writeFileSync(
      options.history,
      toJepsenHistory(ticketHistories(result))
        .map((line) => `${line}\n`)
        .join(''),
    )
  console.log(formatFindings(findings))
  if (summary) console.log(formatChaos(summary))
  if (summary?.struck === 0)
    console.log('no fault was injected, so the run proves nothing: send more requests, or use another seed')
  const provesNothing = copies > 1 && verdict.unique >= uniqueMin && verdict.replays === 0
  if (provesNothing) console.log('no copy was answered from its key, so the run says nothing of duplicates')
  console.log(formatLoadVerdict(verdict))
  const ok = verdict.ok && summary?.struck !== 0 && !provesNothing
  if (json) writeJson(json, { ...verdict, ok, ...(summary && { chaos: summary }) })
  if (!ok) process.exitCode = 1
}
