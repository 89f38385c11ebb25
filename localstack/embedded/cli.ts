import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { createLiveOutput, type OutputChoice } from './events/live-output.ts'
import { type Inspector, openInspector } from './lambda/inspector.ts'
import { type EmbeddedStack, startEmbeddedStack } from './stack.ts'
import { synthesizeTo } from './synthesize.ts'

interface Options extends OutputChoice {
  app: string
  port: number
  data: string
  fresh?: true
  context: Record<string, string>
  parameter: Record<string, string>
  inspect?: number
}

const program = new Command('embedded-aws')
  .description(
    'Runs a CDK app on this machine, without Docker and without an account. Ctrl-C stops it; the next start continues with the same data.',
  )
  .requiredOption('--app <command>', 'the command that runs the CDK app, as in cdk.json, or the folder of its assembly')
  .option('--port <port>', 'the port on 127.0.0.1; 0 picks a free one', portNumber, 4566)
  .option('--data <dir>', 'the folder that holds all data', '.embedded-aws')
  .option('--fresh', 'delete what the data folder holds first')
  .option('--context <name=value>', 'CDK context; repeatable', addPair, {})
  .option('--parameter <name=value>', 'a CloudFormation parameter; repeatable', addPair, {})
  .addOption(
    new Option(
      '--inspect [port]',
      'open the inspector on 127.0.0.1 for breakpoints in functions, which then have no time limit (default port: 9229)',
    )
      .preset('9229')
      .argParser(portNumber),
  )
  .option('--events', 'print a line per event even if the output is no terminal')
  .addOption(new Option('--quiet', 'print addresses and problems only').conflicts(['events', 'json']))
  .addOption(new Option('--json', 'print one JSON object per line: what is ready, and every event').conflicts('events'))
  .action(run)

try {
  await program.parseAsync()
} catch (error) {
  console.error(`error: ${(error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ')}`)
  process.exitCode = 1
}

async function run({ app, port, data, fresh, context, parameter, inspect, ...choice }: Options): Promise<void> {
  const stopRequested = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopRequested.resolve())
  const output = createLiveOutput(choice, {
    out: process.stdout,
    print: console.log,
    note: console.error,
    step: (what) => console.error(`${what} …`),
  })
  const inspector = inspect === undefined ? undefined : openInspector(inspect)
  const isAssembly = existsSync(join(app, 'manifest.json'))
  const assemblyDir = isAssembly ? resolve(app) : mkdtempSync(join(tmpdir(), 'embedded-aws-'))
  try {
    if (!isAssembly) {
      output.step('Synthesizing the app')
      await synthesizeTo(assemblyDir, { app, rootDir: process.cwd(), context })
    }
    const stack = await startEmbeddedStack({
      assemblyDir,
      dataDir: data,
      fresh: fresh === true,
      port,
      parameters: () => parameter,
      log: output.log,
      onProgress: output.step,
      onEvent: output.onEvent,
      withoutTimeLimits: inspector !== undefined,
    })
    const { url, apiUrl, outputs } = stack
    output.ready(describe(stack, inspector), { url, apiUrl, inspectorUrl: inspector?.url, outputs })
    await stopRequested.promise
    output.step('Stopping')
    // A function at a breakpoint would not end.
    inspector?.close()
    await stack.stop()
  } finally {
    if (!isAssembly) rmSync(assemblyDir, { recursive: true, force: true })
  }
}

/** The endpoint and every output, for people and for scripts. */
function describe({ url, outputs }: EmbeddedStack, inspector: Inspector | undefined): string {
  const values = Object.entries(outputs).filter(([, value]) => typeof value === 'string')
  const debuggers = inspector ? [`Inspector = ${inspector.url}`] : []
  return [`Ready at ${url}`, ...debuggers, ...values.map(([name, value]) => `${name} = ${value}`)].join('\n')
}

function portNumber(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('It must be a port number from 0 to 65535.')
  return port
}

function addPair(text: string, pairs: Record<string, string>): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw new InvalidArgumentError('It must be NAME=VALUE.')
  return { ...pairs, [name]: value }
}
