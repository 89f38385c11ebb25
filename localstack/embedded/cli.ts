import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { type EmbeddedStack, startEmbeddedStack } from './stack.ts'
import { synthesizeTo } from './synthesize.ts'

interface Options {
  app: string
  port: number
  data: string
  fresh?: true
  context: Record<string, string>
  parameter: Record<string, string>
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
  .action(run)

try {
  await program.parseAsync()
} catch (error) {
  console.error(`error: ${(error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ')}`)
  process.exitCode = 1
}

async function run({ app, port, data, fresh, context, parameter }: Options): Promise<void> {
  const stopRequested = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopRequested.resolve())
  const progress = (step: string) => console.error(`${step} …`)
  const isAssembly = existsSync(join(app, 'manifest.json'))
  const assemblyDir = isAssembly ? resolve(app) : mkdtempSync(join(tmpdir(), 'embedded-aws-'))
  try {
    if (!isAssembly) {
      progress('Synthesizing the app')
      await synthesizeTo(assemblyDir, { app, rootDir: process.cwd(), context })
    }
    const stack = await startEmbeddedStack({
      assemblyDir,
      dataDir: data,
      fresh: fresh === true,
      port,
      parameters: () => parameter,
      log: { info: console.error, warn: (message) => console.error(`! ${message}`) },
      onProgress: progress,
    })
    console.log(describe(stack))
    await stopRequested.promise
    progress('Stopping')
    await stack.stop()
  } finally {
    if (!isAssembly) rmSync(assemblyDir, { recursive: true, force: true })
  }
}

/** The endpoint and every output, for people and for scripts. */
function describe({ url, outputs }: EmbeddedStack): string {
  const values = Object.entries(outputs).filter(([, value]) => typeof value === 'string')
  return [`Ready at ${url}`, ...values.map(([name, value]) => `${name} = ${value}`)].join('\n')
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
