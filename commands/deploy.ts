import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SESClient, VerifyEmailIdentityCommand } from '@aws-sdk/client-ses'
import { Command, Option } from 'commander'
import { tableSetKey } from '../infra/constructs/table-sets.ts'
import { type AwsStageName, awsStageNames, stages, withAlarmSubscriber } from '../infra/stages.ts'
import { ensureTokenKeys, signToken, tokenAudience, tokenIssuer } from '../localstack/steadfast/token-keys.ts'
import { readVersion, revisionOf } from '../proof/readiness/version.ts'
import { clientConfig } from '../proof/target.ts'
import { runCdk, runCdkOnTerminal } from './deploy/cdk.ts'
import {
  cdkSteps,
  type Deployment,
  emulatorDeployment,
  emulatorUrl,
  flatOutputs,
  refuseEndpoint,
  type TokenParameters,
} from './deploy/deployment.ts'
import { awaitEmulator } from './deploy/endpoint.ts'
import { refusals, replacementsIn } from './deploy/replacements.ts'
import { stackProgressReader } from './deploy/stack-progress.ts'
import {
  alarmSubscriberOption,
  cdkContextByKey,
  contextOption,
  mailFromOption,
  malwareScanOption,
  type StageSettings,
} from './deploy/stage-settings.ts'
import { type ApiTrial, tryApi } from './deploy/try-api.ts'
import { withDataFolder } from './deploy/with-data-folder.ts'
import { dataOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { refuseUnfitDeployment } from './stack/version-gate.ts'
import { type ProgressDisplay, withProgress } from './terminal/progress.ts'

interface Options extends StageSettings {
  target: 'aws' | 'localstack'
  stage: AwsStageName
  data: string
  jwtIssuer?: string
  jwtAudience?: string
  allowReplacement: string[]
  testTokens?: boolean
  bootstrap: boolean
  yes?: boolean
}

const program = new Command('npm run deploy --')
  .description(
    'Bootstraps the environment, deploys every stack with the CDK CLI, and sends a request through the API. Writes the outputs to outputs.json in the data folder.',
  )
  .addOption(
    new Option(
      '--target <target>',
      'localstack means any LocalStack-compatible endpoint: the one in AWS_ENDPOINT_URL (default: http://127.0.0.1:4566)',
    )
      .choices(['aws', 'localstack'])
      .makeOptionMandatory(),
  )
  .addOption(new Option('--stage <stage>', 'aws only: the stage').choices(awsStageNames).default('dev'))
  .addOption(new Option('--jwt-issuer <url>', 'aws only: the issuer of accepted tokens; required the first time'))
  .addOption(new Option('--jwt-audience <name>', 'aws only: the audience of accepted tokens'))
  .addOption(alarmSubscriberOption())
  .addOption(mailFromOption())
  .addOption(malwareScanOption())
  .option(
    '--allow-replacement <logical-id>',
    'replaces or deletes this resource although it holds data; repeat it for each',
    (id: string, others: string[]) => [...others, id],
    [],
  )
  .addOption(contextOption())
  .addOption(
    new Option(
      '--test-tokens',
      'aws only, never on prod: accept tokens of npm run token, as end-to-end tests need, instead of those of an issuer',
    ).conflicts(['jwtIssuer', 'jwtAudience']),
  )
  .option('--no-bootstrap', 'aws only: the environment was bootstrapped before, by somebody with more rights')
  .addOption(new Option('--yes', 'aws only: do not ask before permissions are widened'))
  .addOption(dataOption())
  .action((options: Options) => (options.target === 'aws' ? deployToAws(options) : deployToEmulator(options)))

await runProgram(program)

async function deployToAws(options: Options): Promise<void> {
  const {
    stage,
    jwtIssuer,
    jwtAudience,
    alarmSubscriber,
    mailFrom,
    malwareScan,
    context,
    testTokens,
    bootstrap,
    allowReplacement,
    yes = false,
    data,
  } = options
  refuseEndpoint()
  if (!yes && !process.stdin.isTTY)
    throw new Error(
      'there is no terminal to ask on before permissions are widened: pass --yes to deploy without asking',
    )
  if (testTokens && stages[stage].isDeletionProtected)
    throw new Error(
      `stage "${stage}" takes tokens of an issuer only: with --test-tokens, whoever has the data folder could act as anybody`,
    )
  // The CLI would bury the reason in its own output.
  withAlarmSubscriber(stages[stage], alarmSubscriber)
  const parameters = testTokens ? await testTokenParameters(data) : { JwtIssuer: jwtIssuer, JwtAudience: jwtAudience }
  const chosen = { alarmSubscriber, mailFrom, malwareScan, context }
  const settings = { stage, env: {}, ...chosen, parameters, isBootstrapped: !bootstrap, asks: !yes }
  await withProgress(async (progress) => {
    const { ApiUrl: apiUrl = '' } = await deploy(settings, { dataDir: data, allowReplacement }, progress)
    // No token of the issuer is at hand. Any other makes the API fetch the issuer's keys, and is refused once it has them.
    const trial = testTokens
      ? { token: await deploymentToken(data), expected: 200 as const }
      : { token: 'no-token-of-the-issuer', expected: 401 as const }
    await confirm({ apiUrl, ...trial }, progress)
  })
  if (alarmSubscriber) console.log(`Alarms go to ${alarmSubscriber} once the subscription is confirmed.`)
  console.log(`Mail is sent from ${mailFrom ?? stages[stage].mailFrom}: verify that address or its domain in SES.`)
}

async function deployToEmulator({ data, allowReplacement }: Options): Promise<void> {
  const endpointUrl = emulatorUrl()
  await withProgress(async (progress) => {
    await awaitEmulator(endpointUrl, progress.step)
    const deployment = emulatorDeployment(endpointUrl, await testTokenParameters(data))
    const options = { dataDir: data, allowReplacement, endpointUrl }
    const { ApiUrl: apiUrl = '' } = await deploy(deployment, options, progress)
    await verifySender(endpointUrl)
    await confirm({ apiUrl, token: await deploymentToken(data), expected: 200 }, progress)
  })
}

/** Makes the API accept what `npm run token` signs with the key of the data folder, which is made if it has none. */
async function testTokenParameters(dataDir: string): Promise<TokenParameters> {
  const keySet = await withDataFolder(dataDir, ensureTokenKeys)
  return { JwtIssuer: tokenIssuer, JwtAudience: tokenAudience, JwtKeySet: keySet }
}

function deploymentToken(dataDir: string): Promise<string> {
  return signToken(dataDir, { tenant: 'deployment', user: 'deployment', role: 'customer' })
}

/** Deploys, writes outputs.json, and returns its content. Changes nothing when that would replace or delete what holds data. */
async function deploy(
  deployment: Deployment,
  { dataDir, allowReplacement, endpointUrl }: { dataDir: string; allowReplacement: string[]; endpointUrl?: string },
  progress: ProgressDisplay,
): Promise<Record<string, string>> {
  const workDir = mkdtempSync(join(tmpdir(), 'steadfast-deploy-'))
  const { env, asks } = deployment
  const run = { env, logFile: join(workDir, 'cdk.log') }
  const paths = { assembly: join(workDir, 'cdk.out'), outputs: join(workDir, 'outputs.json') }
  const steps = cdkSteps({ ...deployment, revision: revisionOf(readVersion()) }, paths)
  const readProgress = stackProgressReader('Deploying')
  const onLine = (line: string) => progress.show(readProgress(line))
  try {
    progress.step('Synthesizing the app')
    await runCdk(steps.synth, run)
    if (!deployment.isBootstrapped) {
      progress.step('Bootstrapping the environment')
      await runCdk(steps.bootstrap, run)
    }
    progress.step('Comparing with what is deployed')
    const { [tableSetKey]: tableSet } = cdkContextByKey(deployment)
    const unasked = await refuseUnfitDeployment({ stage: deployment.stage, tableSet, endpointUrl })
    const differences: string[] = []
    await runCdk(steps.diff, { ...run, onLine: (line) => differences.push(line) })
    progress.done()
    if (unasked) console.error(unasked)
    refuse(refusals(replacementsIn(differences), allowReplacement))
    await (asks ? runCdkOnTerminal(steps.deploy) : runCdk(steps.deploy, { ...run, onLine }))
  } finally {
    rmSync(paths.assembly, { recursive: true, force: true })
  }
  const outputs = flatOutputs(JSON.parse(readFileSync(paths.outputs, 'utf8')), endpointUrl)
  await withDataFolder(dataDir, (dir) => writeAtomically(join(dir, 'outputs.json'), JSON.stringify(outputs, null, 2)))
  rmSync(workDir, { recursive: true, force: true })
  return outputs
}

/** Throws when there is a reason, after it has printed all of them. */
function refuse(reasons: readonly string[]): void {
  for (const reason of reasons) console.error(reason)
  if (reasons.length > 0) throw new Error('nothing was deployed: the lines above say why, and what to do')
}

async function confirm(trial: ApiTrial, progress: ProgressDisplay): Promise<void> {
  progress.step('Sending a request through the API')
  const came = await tryApi(trial, { onWaiting: progress.step })
  progress.done()
  console.log(`Steadfast is deployed: ${trial.apiUrl} (${came})`)
}

/** Emulators, like SES, send only from verified addresses. They verify any address at once. */
async function verifySender(endpointUrl: string): Promise<void> {
  const ses = new SESClient(clientConfig(endpointUrl))
  try {
    await ses.send(new VerifyEmailIdentityCommand({ EmailAddress: stages.local.mailFrom }))
  } finally {
    ses.destroy()
  }
}

function writeAtomically(file: string, text: string): void {
  writeFileSync(`${file}.part`, `${text}\n`, { flush: true })
  renameSync(`${file}.part`, file)
}
