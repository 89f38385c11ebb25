import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SESClient, VerifyEmailIdentityCommand } from '@aws-sdk/client-ses'
import { Command, Option } from 'commander'
import { stages, withAlarmSubscriber } from '../infra/stages.ts'
import { openDataFolder } from '../localstack/embedded/data-folder.ts'
import { ensureTokenKeys, tokenAudience, tokenIssuer } from '../localstack/embedded/token-keys.ts'
import { fetchWhole } from '../proof/fetch-whole.ts'
import { runCdk } from './deploy/cdk.ts'
import { cdkSteps, type Deployment, emulatorDeployment, flatOutputs, localRegion } from './deploy/deployment.ts'
import { dataOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'

interface Options {
  target: 'aws' | 'localstack'
  stage: 'dev' | 'prod'
  data: string
  jwtIssuer?: string
  jwtAudience?: string
  alarmSubscriber?: string
  mailFrom?: string
  malwareScan?: string
  yes?: boolean
}

const program = new Command('npm run deploy --')
  .description(
    'Bootstraps the environment and deploys every stack with the CDK CLI. Writes the outputs to outputs.json in the data folder.',
  )
  .addOption(
    new Option(
      '--target <target>',
      'localstack means any LocalStack-compatible endpoint: the one in AWS_ENDPOINT_URL (default: http://127.0.0.1:4566)',
    )
      .choices(['aws', 'localstack'])
      .makeOptionMandatory(),
  )
  .addOption(new Option('--stage <stage>', 'aws only: the stage').choices(['dev', 'prod']).default('dev'))
  .addOption(new Option('--jwt-issuer <url>', 'aws only: the issuer of accepted tokens; required the first time'))
  .addOption(new Option('--jwt-audience <name>', 'aws only: the audience of accepted tokens'))
  .addOption(
    new Option('--alarm-subscriber <to>', 'aws only: e-mail address or https URL that gets alarms; prod requires one'),
  )
  .addOption(new Option('--mail-from <address>', 'aws only: the sender of mail; verify it in SES'))
  .addOption(
    new Option('--malware-scan <by>', 'aws only: who scans uploads (default: guardduty)').choices(['guardduty', 'off']),
  )
  .addOption(new Option('--yes', 'aws only: do not ask before permissions are widened'))
  .addOption(dataOption())
  .action((options: Options) => (options.target === 'aws' ? deployToAws(options) : deployToEmulator(options)))

await runProgram(program)

async function deployToAws(options: Options): Promise<void> {
  const { stage, jwtIssuer, jwtAudience, alarmSubscriber, mailFrom, malwareScan, yes = false } = options
  const { AWS_ENDPOINT_URL: endpointUrl } = process.env
  if (endpointUrl) throw new Error(`AWS_ENDPOINT_URL is ${endpointUrl}: unset it, or deploy with --target localstack`)
  const parameters = { JwtIssuer: jwtIssuer, JwtAudience: jwtAudience }
  // The CLI would bury the reason in its own output.
  withAlarmSubscriber(stages[stage], alarmSubscriber)
  await deploy({ stage, env: {}, alarmSubscriber, mailFrom, malwareScan, parameters, asks: !yes }, options.data)
  if (alarmSubscriber) console.log(`Alarms go to ${alarmSubscriber} once the subscription is confirmed.`)
  console.log(`Mail is sent from ${mailFrom ?? stages[stage].mailFrom}: verify that address or its domain in SES.`)
}

async function deployToEmulator({ data }: Options): Promise<void> {
  const endpointUrl = process.env.AWS_ENDPOINT_URL ?? 'http://127.0.0.1:4566'
  await assertAnswers(endpointUrl)
  const keySet = await withDataFolder(data, ensureTokenKeys)
  const tokens = { issuer: tokenIssuer, audience: tokenAudience, keySet }
  await deploy(emulatorDeployment(endpointUrl, tokens), data, endpointUrl)
  // Emulators, like SES, send only from verified addresses. They verify any address at once.
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const ses = new SESClient({ endpoint: endpointUrl, region: localRegion, credentials })
  await ses.send(new VerifyEmailIdentityCommand({ EmailAddress: stages.local.mailFrom }))
}

async function deploy(deployment: Deployment, dataDir: string, endpointUrl?: string): Promise<void> {
  const workDir = mkdtempSync(join(tmpdir(), 'steadfast-deploy-'))
  try {
    const paths = { assembly: join(workDir, 'cdk.out'), outputs: join(workDir, 'outputs.json') }
    for (const args of cdkSteps(deployment, paths)) await runCdk(args, deployment.env)
    const outputs = flatOutputs(JSON.parse(readFileSync(paths.outputs, 'utf8')), endpointUrl)
    await withDataFolder(dataDir, (dir) => writeAtomically(join(dir, 'outputs.json'), JSON.stringify(outputs, null, 2)))
    console.log(`Steadfast is deployed: ${outputs.ApiUrl}`)
  } finally {
    rmSync(workDir, { recursive: true, force: true })
  }
}

/** Fails at once, in one line, where the CDK CLI would retry for long. */
async function assertAnswers(endpointUrl: string): Promise<void> {
  try {
    await fetchWhole(endpointUrl, { signal: AbortSignal.timeout(5_000) })
  } catch {
    throw new Error(`nothing answers at ${endpointUrl}: start LocalStack or MiniStack there, or set AWS_ENDPOINT_URL`)
  }
}

/** Locks the data folder during `use`, so that no stack runs on it. */
async function withDataFolder<T>(path: string, use: (dir: string) => T | Promise<T>): Promise<T> {
  const folder = openDataFolder(path)
  try {
    return await use(folder.dir)
  } finally {
    folder.release()
  }
}

function writeAtomically(file: string, text: string): void {
  writeFileSync(`${file}.part`, `${text}\n`, { flush: true })
  renameSync(`${file}.part`, file)
}
