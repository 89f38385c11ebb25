import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { SESClient, VerifyEmailIdentityCommand } from '@aws-sdk/client-ses'
import { Command, Option } from 'commander'
import { stages } from '../infra/stages.ts'
import { openDataFolder } from '../localstack/embedded/data-folder.ts'
import { ensureTokenKeys, tokenAudience, tokenIssuer } from '../localstack/embedded/token-keys.ts'
import { type Deployment, flatOutputs, localRegion, stepsOf, toEmulator } from './deployment.ts'
import { dataOption, runProgram } from './run-program.ts'

interface Options {
  target: 'aws' | 'localstack'
  stage: 'dev' | 'prod'
  data: string
  jwtIssuer?: string
  jwtAudience?: string
  mailFrom?: string
  malwareScan?: string
  yes?: boolean
}

const program = new Command('npm run deploy --')
  .description(
    'Bootstraps and deploys every stack by the CDK CLI, and leaves the outputs in outputs.json of the data folder.',
  )
  .addOption(
    new Option(
      '--target <target>',
      'localstack: any LocalStack-compatible endpoint in AWS_ENDPOINT_URL (default http://127.0.0.1:4566)',
    )
      .choices(['aws', 'localstack'])
      .makeOptionMandatory(),
  )
  .addOption(new Option('--stage <stage>', 'on AWS').choices(['dev', 'prod']).default('dev'))
  .addOption(new Option('--jwt-issuer <url>', 'on AWS: whose tokens are accepted; needed the first time'))
  .addOption(new Option('--jwt-audience <name>', 'on AWS: the tokens’ audience'))
  .addOption(new Option('--mail-from <address>', 'on AWS: sender of mail, verified in SES'))
  .addOption(
    new Option('--malware-scan <by>', 'on AWS: who scans uploads; guardduty unless told').choices(['guardduty', 'off']),
  )
  .addOption(new Option('--yes', 'on AWS: do not ask before permissions are widened'))
  .addOption(dataOption())
  .action((options: Options) => (options.target === 'aws' ? deployToAws(options) : deployToEmulator(options)))

await runProgram(program)

async function deployToAws(options: Options): Promise<void> {
  const { stage, jwtIssuer, jwtAudience, mailFrom, malwareScan, yes = false } = options
  const { AWS_ENDPOINT_URL: endpointUrl } = process.env
  if (endpointUrl) throw new Error(`AWS_ENDPOINT_URL is ${endpointUrl}: unset it, or deploy with --target localstack.`)
  const parameters = { JwtIssuer: jwtIssuer, JwtAudience: jwtAudience }
  await deploy({ stage, env: {}, mailFrom, malwareScan, parameters, asks: !yes }, options.data)
  console.log(`Mail is sent from ${mailFrom ?? stages[stage].mailFrom}: verify that address or its domain in SES.`)
}

async function deployToEmulator({ data }: Options): Promise<void> {
  const endpointUrl = process.env.AWS_ENDPOINT_URL ?? 'http://127.0.0.1:4566'
  await insistOn(endpointUrl)
  const keySet = await withDataFolder(data, ensureTokenKeys)
  await deploy(toEmulator(endpointUrl, { issuer: tokenIssuer, audience: tokenAudience, keySet }), data, endpointUrl)
  // Emulators hold to SES's rule that a sender is verified, and take anyone's word for it.
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const ses = new SESClient({ endpoint: endpointUrl, region: localRegion, credentials })
  await ses.send(new VerifyEmailIdentityCommand({ EmailAddress: stages.local.mailFrom }))
}

async function deploy(deployment: Deployment, dataDir: string, endpointUrl?: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'steadfast-deploy-'))
  try {
    const paths = { assembly: join(work, 'cdk.out'), outputs: join(work, 'outputs.json') }
    for (const step of stepsOf(deployment, paths)) await cdk(step, deployment.env)
    const outputs = flatOutputs(JSON.parse(readFileSync(paths.outputs, 'utf8')), endpointUrl)
    await withDataFolder(dataDir, (dir) => writeWhole(join(dir, 'outputs.json'), JSON.stringify(outputs, null, 2)))
    console.log(`Steadfast is deployed: ${outputs.ApiUrl}`)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function cdk(args: string[], env: Record<string, string>): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn('cdk', args, {
      cwd: resolve(import.meta.dirname, '..'),
      env: { ...process.env, ...env },
      stdio: 'inherit',
    })
    child.on('error', fail)
    child.on('exit', (code) => (code === 0 ? done() : fail(new Error(`cdk ${args[0]} failed: see above.`))))
  })
}

/** One clear line now instead of the CLI's retries later. */
async function insistOn(endpointUrl: string): Promise<void> {
  try {
    await fetch(endpointUrl, { signal: AbortSignal.timeout(5_000) })
  } catch {
    throw new Error(`Nothing answers at ${endpointUrl}: start LocalStack or MiniStack there, or set AWS_ENDPOINT_URL.`)
  }
}

/** The folder is a stack's, and no other stack is running on it meanwhile. */
async function withDataFolder<T>(path: string, use: (dir: string) => T | Promise<T>): Promise<T> {
  const folder = openDataFolder(path)
  try {
    return await use(folder.dir)
  } finally {
    folder.release()
  }
}

function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.part`, `${text}\n`, { flush: true })
  renameSync(`${file}.part`, file)
}
