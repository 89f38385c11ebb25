import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { Command, Option } from 'commander'
import { type AwsStageName, awsStageNames, stages } from '../infra/stages.ts'
import { clientConfig } from '../proof/target.ts'
import { runCdk } from './deploy/cdk.ts'
import { destroySteps, emulatorEnvironment, emulatorUrl, refuseEndpoint } from './deploy/deployment.ts'
import { awaitEmulator } from './deploy/endpoint.ts'
import { findLocalData } from './deploy/local-data.ts'
import { protectedTables } from './deploy/protected-tables.ts'
import { stackProgressReader } from './deploy/stack-progress.ts'
import { bucketsOf, describeContent, emptyBucket } from './deploy/stage-buckets.ts'
import { withDataFolder } from './deploy/with-data-folder.ts'
import { dataOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { askToContinue } from './terminal/ask.ts'
import { type ProgressDisplay, withProgress } from './terminal/progress.ts'

interface Options {
  target: 'aws' | 'localstack'
  stage: AwsStageName
  data: string
  yes?: boolean
}

const program = new Command('npm run destroy --')
  .description(
    'Deletes every stack of a stage with everything that it stores, files included; asks before. Then removes the target from the data folder. A production stage is refused.',
  )
  .addOption(
    new Option('--target <target>', 'localstack means the LocalStack-compatible endpoint in AWS_ENDPOINT_URL')
      .choices(['aws', 'localstack'])
      .makeOptionMandatory(),
  )
  .addOption(new Option('--stage <stage>', 'aws only: the stage').choices(awsStageNames).default('dev'))
  .addOption(new Option('--yes', 'do not ask'))
  .addOption(dataOption())
  .action(destroy)

await runProgram(program)

async function destroy({ target, stage: awsStage, data, yes = false }: Options): Promise<void> {
  const endpointUrl = target === 'localstack' ? emulatorUrl() : undefined
  const stage = endpointUrl ? stages.local : stages[awsStage]
  if (stage.isDeletionProtected)
    throw new Error(
      `stage "${stage.name}" is protected: its stacks have termination protection and its tables refuse to be deleted. Whoever means it turns both off in the console, one by one`,
    )
  if (!endpointUrl) refuseEndpoint()
  if (!yes && !process.stdin.isTTY)
    throw new Error('there is no terminal to ask on: pass --yes to destroy without asking')
  await withProgress(async (progress) => {
    if (endpointUrl) await awaitEmulator(endpointUrl, progress.step)
    const client = new S3Client({ ...clientConfig(endpointUrl), forcePathStyle: endpointUrl !== undefined })
    try {
      progress.step('Looking for what is protected')
      await refuseProtected(endpointUrl, stage.name)
      await destroyStage({ stage: stage.name, endpointUrl, client, dataDir: data, asks: !yes }, progress)
    } finally {
      client.destroy()
    }
  })
}

/** Throws before anything is deleted: CloudFormation would refuse a protected table only after the bucket was emptied. */
async function refuseProtected(endpointUrl: string | undefined, stage: string): Promise<void> {
  const client = new DynamoDBClient(clientConfig(endpointUrl))
  try {
    const tables = await protectedTables(client, stage)
    if (tables.length > 0)
      throw new Error(
        `${tables.join(', ')} of stage "${stage}" refuse to be deleted, so nothing was deleted: whoever means it turns deletion protection off, table by table, and runs the command again`,
      )
  } finally {
    client.destroy()
  }
}

interface Destruction {
  stage: string
  endpointUrl: string | undefined
  client: S3Client
  dataDir: string
  asks: boolean
}

async function destroyStage(
  { stage, endpointUrl, client, dataDir, asks }: Destruction,
  progress: ProgressDisplay,
): Promise<void> {
  const region = await client.config.region()
  const place = endpointUrl ?? region
  if (asks) {
    const contents = await Promise.all(
      (await bucketsOf(client, stage, region)).map((bucket) => describeContent(client, bucket)),
    )
    const lost = ['every table, queue and log', ...contents].join(', ')
    progress.done()
    const question = `This deletes all stacks of stage "${stage}" at ${place} with what they store: ${lost}. Continue?`
    if (!(await askToContinue(question))) throw new Error('nothing was destroyed')
  }
  const env = endpointUrl ? emulatorEnvironment(endpointUrl) : { AWS_REGION: region }
  await withDataFolder(dataDir, async (dir) => {
    const localData = await findLocalData(dir, { stage, endpointUrl, region })
    await destroyStacks(stage, env, async () => emptyAll(client, await bucketsOf(client, stage, region)), progress)
    localData?.forget()
  })
  progress.done()
  console.log(
    `Steadfast is gone from ${place}: every stack of stage "${stage}" is deleted. The CDK's bootstrap stack stays.`,
  )
}

/** An upload that was under way can arrive between the emptying of its bucket and the end of the API: then both are repeated. */
const attemptsMax = 3

async function destroyStacks(
  stage: string,
  env: Record<string, string>,
  emptyBuckets: () => Promise<number>,
  progress: ProgressDisplay,
): Promise<void> {
  const workDir = mkdtempSync(join(tmpdir(), 'steadfast-destroy-'))
  const assembly = join(workDir, 'cdk.out')
  const run = { env, logFile: join(workDir, 'cdk.log') }
  const steps = destroySteps(stage, assembly)
  const readProgress = stackProgressReader('Destroying')
  const onLine = (line: string) => progress.show(readProgress(line))
  try {
    progress.step('Synthesizing the app')
    await runCdk(steps.synth, run)
    for (let attempt = 1; ; attempt++) {
      progress.step('Emptying the buckets')
      const emptied = await emptyBuckets()
      try {
        await runCdk(steps.destroy, { ...run, onLine })
        break
      } catch (error) {
        if (attempt === attemptsMax || (attempt > 1 && emptied === 0)) throw error
      }
    }
  } finally {
    rmSync(assembly, { recursive: true, force: true })
  }
  rmSync(workDir, { recursive: true, force: true })
}

async function emptyAll(client: S3Client, buckets: readonly string[]): Promise<number> {
  let deleted = 0
  for (const bucket of buckets) deleted += await emptyBucket(client, bucket)
  return deleted
}
