import { Command } from 'commander'
import { choosePort } from 'embedded-aws/tools'
import { findTools } from '../localstack/host/find-tools.ts'
import { installLocalStack } from '../localstack/host/install-localstack.ts'
import { startLocalStack } from '../localstack/host/start-localstack.ts'
import { portNumber } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { startProgress } from './terminal/progress.ts'

interface Options {
  port: number
  home: string
}

const program = new Command('npm run localstack --')
  .description(
    'Runs LocalStack 4.14.0 on this machine without Docker: Lambda functions are processes of Node 24. The first start installs it, which takes minutes. Every start is empty. Ctrl-C ends everything.',
  )
  .option('--port <port>', 'the port on 127.0.0.1; 0 picks a free one', portNumber, 4566)
  .option('--home <dir>', 'where it is installed', '.localstack')
  .action(localstack)

await runProgram(program)

async function localstack({ port, home }: Options): Promise<void> {
  const stopRequested = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopRequested.resolve())
  const progress = startProgress()
  try {
    const freePort = await choosePort(port)
    const tools = await findTools()
    progress.step('Installing LocalStack, unless it is there')
    const installation = await installLocalStack(home, tools)
    progress.step('Starting LocalStack')
    const emulator = await startLocalStack(installation, freePort)
    try {
      progress.done()
      console.log(formatWelcome(emulator))
      await Promise.race([stopRequested.promise, emulator.ended])
      progress.step('Stopping')
    } finally {
      await emulator.stop()
    }
  } finally {
    progress.done()
  }
}

function formatWelcome({ url, logFile }: { url: string; logFile: string }): string {
  return `
LocalStack is ready at ${url}
Log: ${logFile}

In another shell:

export AWS_ENDPOINT_URL=${url}
npm run deploy -- --target localstack --data .steadfast-localstack
npm run e2e -- --data .steadfast-localstack
`
}
