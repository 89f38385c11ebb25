import { Command, Option } from 'commander'
import { loadSamples } from '../localstack/steadfast/sample-data/load.ts'
import { startSteadfast } from '../localstack/steadfast/start-steadfast.ts'
import { signToken } from '../localstack/steadfast/token-keys.ts'
import { dataOption, portNumber } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { synthesizeApp } from './stack/synthesize-app.ts'
import { startProgress } from './terminal/progress.ts'

interface StartOptions {
  port: number
  data: string
  fresh?: true
  samples: boolean
  malwareScan?: string
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
  .action(start)

await runProgram(program)

async function start({ port, data, fresh, samples, malwareScan }: StartOptions): Promise<void> {
  const stopRequested = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopRequested.resolve())
  const progress = startProgress()
  try {
    const assemblyDir = await synthesizeApp(progress.step, malwareScan ? { malwareScan } : {})
    const stack = await startSteadfast({
      assemblyDir,
      dataDir: data,
      fresh: fresh === true,
      port,
      log: { info: progress.line, warn: (message) => progress.line(`! ${message}`) },
      onProgress: progress.step,
    })
    try {
      if (samples) await loadSamples({ apiUrl: stack.apiUrl ?? '', dataDir: stack.dataDir, onProgress: progress.step })
      progress.done()
      console.log(await formatWelcome(stack))
      await stopRequested.promise
      progress.step('Stopping')
    } finally {
      await stack.stop()
    }
  } finally {
    progress.done()
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
