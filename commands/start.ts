import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import type { EmbeddedStack } from 'embedded-aws'
import { loadSamples } from '../localstack/steadfast/sample-data/load.ts'
import { startSteadfast } from '../localstack/steadfast/start-steadfast.ts'
import { signToken } from '../localstack/steadfast/token-keys.ts'
import { dataOption, portNumber } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { synthesizeApp } from './stack/synthesize-app.ts'
import { startLiveStack } from './start/live-stack.ts'
import { watchSources } from './start/watch-sources.ts'
import { type ProgressDisplay, startProgress } from './terminal/progress.ts'

const rootDir = resolve(import.meta.dirname, '..')

interface StartOptions {
  port: number
  data: string
  fresh?: true
  samples: boolean
  malwareScan?: string
  watch?: true
}

const program = new Command('npm start --')
  .description(
    'Runs Steadfast on this machine, without Docker and without an account. Ctrl-C stops it; the next start continues with the same data.',
  )
  .option('--port <port>', 'the port on 127.0.0.1; 0 picks a free one', portNumber, 4566)
  .addOption(dataOption())
  .option('--fresh', 'delete what the data folder contains, and start with empty data')
  .option('--no-samples', 'start without the sample tenants and tickets')
  .addOption(
    new Option(
      '--malware-scan <by>',
      'who scans uploads for malware: guardduty, which is simulated, draining before it is switched off, or off (default: off)',
    ).choices(['guardduty', 'draining', 'off']),
  )
  .option(
    '--watch',
    'take over changed sources: code while the stack runs, resources by starting again on the same data',
  )
  .action(start)

await runProgram(program)

async function start({ port, data, fresh, samples, malwareScan, watch }: StartOptions): Promise<void> {
  const stopRequested = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopRequested.resolve())
  const progress = startProgress()
  try {
    const live = await startLiveStack({
      synthesize: () => synthesizeApp(progress.step, malwareScan ? { malwareScan } : {}),
      start: startOn({ port, data, fresh: fresh === true }, progress),
      log: progress.line,
    })
    const stack = live.current()
    const watcher = watch && watchSources(rootDir, live.apply)
    try {
      if (samples) await loadSamples({ apiUrl: stack.apiUrl ?? '', dataDir: stack.dataDir, onProgress: progress.step })
      progress.done()
      console.log(await formatWelcome(stack))
      await stopRequested.promise
      progress.step('Stopping')
    } finally {
      watcher?.stop()
      await live.stop()
    }
  } finally {
    progress.done()
  }
}

/** Starts a stack with these settings; what follows the first start keeps its port and its data. */
function startOn({ port, data, fresh }: { port: number; data: string; fresh: boolean }, progress: ProgressDisplay) {
  let first: EmbeddedStack | undefined
  return async (assemblyDir: string): Promise<EmbeddedStack> => {
    const stack = await startSteadfast({
      assemblyDir,
      dataDir: data,
      fresh: fresh && first === undefined,
      port: first ? Number(new URL(first.url).port) : port,
      log: { info: progress.line, warn: (message) => progress.line(`! ${message}`) },
      onProgress: progress.step,
    })
    first ??= stack
    return stack
  }
}

async function formatWelcome({ url, apiUrl, dataDir }: { url: string; apiUrl: string | undefined; dataDir: string }) {
  const token = await signToken(dataDir, { tenant: 'acme', user: 'cleo', role: 'customer' })
  const body = JSON.stringify({ title: 'My first ticket', body: 'Sent twice, opened once.' })
  return `
Steadfast is ready at ${url}
API: ${apiUrl}
Mail: ${url}/_steadfast/mail

Open a ticket. Paste the line twice: the second answer replays the first, byte for byte (Idempotent-Replayed: true).

curl -i ${apiUrl}/tickets -H 'Idempotency-Key: first-ticket' -H 'Content-Type: application/json' -d '${body}' -H 'Authorization: Bearer ${token}'
`
}
