import { once } from 'node:events'
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { type EmbeddedStack, type Inspector, openInspector } from 'embedded-aws'
import { createLiveOutput, type LiveOutput, type OutputChoice } from 'embedded-aws/events'
import { runtime } from '../app/environment.ts'
import { holdEverything } from '../app/hold-everything.ts'
import { loadSamples, loadSeed } from '../localstack/steadfast/seed/load.ts'
import type { Seed } from '../localstack/steadfast/seed/seed.ts'
import { startSteadfast } from '../localstack/steadfast/start-steadfast.ts'
import { signToken } from '../localstack/steadfast/token-keys.ts'
import { openTables } from '../proof/target.ts'
import { dataOption, portNumber, reasonText } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { refuseHalfLoaded } from './snapshot/unfinished-load.ts'
import { synthesizeApp } from './stack/synthesize-app.ts'
import { refuseUnfitVersion } from './stack/version-gate.ts'
import { createConsoleSources } from './start/console-sources.ts'
import { startLiveStack } from './start/live-stack.ts'
import { watchSources } from './start/watch-sources.ts'
import { startProgress } from './terminal/progress.ts'

const rootDir = resolve(import.meta.dirname, '..')

interface StartOptions extends OutputChoice {
  port: number
  data: string
  fresh?: true
  samples: boolean
  malwareScan?: string
  watch?: true
  seed?: string
  inspect?: number
  held?: string
}

const program = new Command('npm start --')
  .description(
    'Runs Steadfast on this machine, without Docker and without an account. Ctrl-C stops it; the next start continues with the same data.',
  )
  .option('--port <port>', 'the port on 127.0.0.1; 0 picks a free one', portNumber, 4566)
  .addOption(dataOption())
  .option('--fresh', 'delete what the data folder contains, and start with empty data')
  .option('--no-samples', 'start without the sample tenants and tickets')
  .option(
    '--seed <file>',
    'create the tenants, users and tickets of a YAML or JSON file (docs/seed-files.md) instead of the samples; what is there already stays as it is',
  )
  .addOption(
    new Option(
      '--malware-scan <by>',
      'who scans uploads for malware: guardduty, which is simulated, draining before it is switched off, or off (default: off)',
    ).choices(['guardduty', 'draining', 'off']),
  )
  .addOption(
    new Option(
      '--held [reason]',
      'hold everything before anything runs: mails, webhooks and scans wait until npm run hold -- release',
    )
      .preset('The stack was started held.')
      .argParser(reasonText),
  )
  .option(
    '--watch',
    'take over changed sources: code while the stack runs, resources by starting again on the same data',
  )
  .addOption(
    new Option(
      '--inspect [port]',
      'open the inspector on 127.0.0.1 for breakpoints in the sources of functions, which then have no time limit (default port: 9229)',
    )
      .preset('9229')
      .argParser(portNumber),
  )
  .option(
    '--events',
    'print a line per request, message, execution, failure and mail even if the output is no terminal',
  )
  .addOption(new Option('--quiet', 'print addresses and problems only').conflicts(['events', 'json']))
  .addOption(new Option('--json', 'print one JSON object per line: what is ready, and every event').conflicts('events'))
  .action(start)

await runProgram(program)

async function start(options: StartOptions): Promise<void> {
  const stop = new AbortController()
  const stopping = stop.signal
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort(new Error('stopped')))
  let isReady = false
  if (!options.fresh) refuseHalfLoaded(options.data)
  const seed = options.seed === undefined ? undefined : await seedOf(options.seed)
  const progress = startProgress()
  const output = createLiveOutput(options, {
    out: process.stdout,
    print: (line) => progress.line(line, process.stdout),
    note: progress.line,
    step: progress.step,
  })
  const inspector = options.inspect === undefined ? undefined : openInspector(options.inspect)
  const { malwareScan } = options
  try {
    const live = await startLiveStack({
      async synthesize() {
        const assemblyDir = await synthesizeApp(output.step, malwareScan ? { malwareScan } : {})
        stopping.throwIfAborted()
        return assemblyDir
      },
      start: startOn(options, output),
      log: output.log,
      malwareScan,
      debuggable: inspector !== undefined,
    })
    const stack = live.current()
    const watcher = options.watch && watchSources(rootDir, live.apply)
    try {
      await refuseUnfitVersion(stack.dataDir)
      stopping.throwIfAborted()
      await output.unseen(() => load(stack, seed, options, output, stopping))
      stopping.throwIfAborted()
      progress.done()
      await sayReady(stack, output, inspector)
      isReady = true
      if (!stopping.aborted) await once(stopping, 'abort')
      output.step('Stopping')
    } finally {
      watcher?.stop()
      // A function at a breakpoint would not end.
      inspector?.close()
      await live.stop()
    }
  } catch (error) {
    // Ctrl-C also ends the processes of the start, which then fails for their sake.
    if (!isReady) stopping.throwIfAborted()
    throw error
  } finally {
    progress.done()
  }
}

/** Starts a stack with these settings; what follows the first start keeps its port and its data. */
function startOn({ port, data, fresh, inspect, held: reason }: StartOptions, output: LiveOutput) {
  let first: EmbeddedStack | undefined
  return async (assemblyDir: string): Promise<EmbeddedStack> => {
    const stack = await startSteadfast({
      assemblyDir,
      dataDir: data,
      fresh: fresh === true && first === undefined,
      port: first ? Number(new URL(first.url).port) : port,
      log: output.log,
      onProgress: output.step,
      onEvent: output.onEvent,
      consoleSources: createConsoleSources(data),
      withoutTimeLimits: inspect !== undefined,
      ...(reason !== undefined && first === undefined && { beforeWork: hold(reason, output) }),
    })
    first ??= stack
    return stack
  }
}

/** Holds everything, so that no call goes out of what was stored before; what is held already stays as it is. */
function hold(reason: string, { log }: LiveOutput) {
  return async ({ url: edgeUrl, outputs }: { url: string; outputs: Record<string, unknown> }) => {
    const store = openTables({ outputs, edgeUrl })
    const { hold } = await holdEverything({ store, runtime }, { operator: userInfo().username, reason })
    log.warn(`everything is held since ${hold.since} (${hold.reason}): npm run hold -- release ends the hold`)
  }
}

async function seedOf(file: string): Promise<Seed> {
  const { readSeed } = await import('../localstack/steadfast/seed/read-seed.ts')
  return readSeed(file)
}

async function load(
  { apiUrl = '', dataDir }: EmbeddedStack,
  seed: Seed | undefined,
  { samples, seed: file }: StartOptions,
  { log, step }: LiveOutput,
  signal: AbortSignal,
): Promise<void> {
  if (!seed) {
    if (samples) await loadSamples({ apiUrl, dataDir, onProgress: step, signal })
    return
  }
  step(`Loading ${file}`)
  const added = await loadSeed(seed, { apiUrl, dataDir, signal })
  log.info(added === 0 ? `${file} has nothing new` : `${file}: ${added} ${added === 1 ? 'entry' : 'entries'} added`)
}

async function sayReady(
  { url, apiUrl, dataDir }: EmbeddedStack,
  output: LiveOutput,
  inspector: Inspector | undefined,
): Promise<void> {
  const mailUrl = `${url}/_steadfast/mail`
  const consoleUrl = `${url}/_steadfast/console/`
  const inspectorUrl = inspector?.url
  const token = await signToken(dataDir, { tenant: 'acme', user: 'cleo', role: 'customer' })
  const body = JSON.stringify({ title: 'My first ticket', body: 'Sent twice, opened once.' })
  const curl = `curl -i ${apiUrl}/tickets -H 'Idempotency-Key: first-ticket' -H 'Content-Type: application/json' -d '${body}' -H 'Authorization: Bearer ${token}'`
  const text = `
Steadfast is ready at ${url}
API: ${apiUrl}
Console: ${consoleUrl}
Mail: ${mailUrl}${inspectorUrl ? `\nInspector: ${inspectorUrl}` : ''}

Open a ticket. Paste the line twice: the second answer replays the first, byte for byte (Idempotent-Replayed: true).

${curl}
`
  output.ready(text, { url, apiUrl, consoleUrl, mailUrl, inspectorUrl, dataDir, curl })
}
