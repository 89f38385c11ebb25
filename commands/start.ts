import { Command, InvalidArgumentError, Option } from 'commander'
import { startEmbeddedStack } from '../localstack/embedded/stack.ts'
import { signToken } from '../localstack/embedded/token-keys.ts'
import { loadSamples } from '../localstack/sample-data/load.ts'
import { synthesizeApp } from './app.ts'
import { startProgress } from './progress.ts'
import { dataOption, runProgram } from './run-program.ts'

interface StartOptions {
  port: number
  data: string
  fresh: boolean
  samples: boolean
  malwareScan?: string
}

const program = new Command('npm start --')
  .description('Runs Steadfast on this machine: no Docker, no account. Ctrl-C stops it; the next start carries on.')
  .option('--port <port>', 'port on 127.0.0.1; 0 takes a free one', parsePort, 4566)
  .addOption(dataOption())
  .option('--fresh', 'removes what the data folder holds, and begins anew', false)
  .option('--no-samples', 'begins without the sample tenants and tickets')
  .addOption(
    new Option('--malware-scan <by>', 'who scans uploads, by a twin of its own; nobody unless told').choices([
      'guardduty',
      'off',
    ]),
  )
  .action(start)

await runProgram(program)

async function start({ port, data, fresh, samples, malwareScan }: StartOptions): Promise<void> {
  const abortOnSignal = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abortOnSignal.resolve())
  const progress = startProgress()
  try {
    const assemblyDir = await synthesizeApp(progress.step, malwareScan ? { malwareScan } : {})
    const stack = await startEmbeddedStack({
      assemblyDir,
      dataDir: data,
      fresh,
      port,
      log: { info: progress.line, warn: (message) => progress.line(`! ${message}`) },
      onProgress: progress.step,
    })
    try {
      if (samples) await loadSamples({ apiUrl: stack.apiUrl ?? '', dataDir: stack.dataDir, onProgress: progress.step })
      progress.done()
      console.log(await welcome(stack))
      await abortOnSignal.promise
      progress.step('Stopping')
    } finally {
      await stack.stop()
    }
  } finally {
    progress.done()
  }
}

async function welcome({ url, apiUrl, dataDir }: { url: string; apiUrl: string | undefined; dataDir: string }) {
  const token = await signToken(dataDir, { tenant: 'acme', user: 'cleo', role: 'customer' })
  const body = JSON.stringify({ title: 'My first ticket', body: 'Sent twice, opened once.' })
  return `
Steadfast is ready at ${url}
API: ${apiUrl}
Mail: ${url}/_steadfast/mail

Open a ticket; paste it twice, and the second answer is the first one again (Idempotent-Replayed: true):

curl -i ${apiUrl}/tickets -H 'Idempotency-Key: first-ticket' -H 'Content-Type: application/json' -d '${body}' -H 'Authorization: Bearer ${token}'
`
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535')
  return port
}
