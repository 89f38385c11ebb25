import { type RestoredTable, restoredTables } from '../../../app/restore/restored-tables.ts'
import { archivedEventsPrefix } from '../../../domain/event-archive.ts'
import { type AwsCall, quoted, toCommand } from './aws-call.ts'
import type { DeployedStage } from './deployed-stage.ts'

/** One step of a restore on AWS, as commands for a POSIX shell. */
export interface RestoreStep {
  does: string
  commands: readonly (AwsCall | string)[]
}

export interface AwsRestore {
  /** The stage before the restore, and as it will be with the new set of tables. */
  before: DeployedStage
  after: DeployedStage
  /** The names of both sets. */
  replacedTableSet: string
  tableSet: string
  account: string
  region: string
  /** The restored point of `Tickets` (ISO 8601, UTC). */
  restoredTo: string
  /** Where the tables are damaged, and not lost. */
  damagedFrom?: string | undefined
  /** The CDK context of the stage's deployments, but for the sets of tables. */
  context: Record<string, string>
}

/** How much later than `Tickets` the others are restored: a transaction that is in `Tickets` is then in all of them. */
const laterMs = 1_000

/** The id of the construct, by which the CDK CLI selects a stack: it finds none by the name that the stack has on AWS. */
const dataStackId = 'Data'

/** Where the commands that follow look for the tables in service. */
const outputsFile = '.steadfast/outputs.json'

/** Longer than any function runs (15 minutes on Lambda). */
const longestFunctionSeconds = 900

/**
 * Ids of the messages that were sent by sagas that have ended well. One whose function died on the way is not among them: it is
 * sent again, under the same id.
 */
const sentQuery = 'filter message = "saga task ended" and state = "completed" | stats count(*) by sagaId | limit 10000'

/**
 * Every command of a restore on AWS, in order. Nothing is executed here. The shell needs credentials of an administrator of the account,
 * and the data folder that the last deployment has written.
 */
export function awsRestore(restore: AwsRestore): RestoreStep[] {
  const { before, after, tableSet, replacedTableSet, restoredTo, damagedFrom } = restore
  const cdkSettings = Object.entries({ stage: before.stage, ...restore.context, tableSet })
    .map(([key, value]) => `-c ${quoted(`${key}=${value}`)}`)
    .join(' ')
  const restored = restoredTables.map((table) => ({ table, from: before.tables[table], to: after.tables[table] }))
  return [
    {
      does: 'Take the service away: no function may run, and no "npm run archive"',
      commands: [
        'LOST_FROM=$(date -u +%Y-%m-%dT%H:%M:%S.000Z)',
        ...before.functions.map(({ name }) =>
          lambda('PutFunctionConcurrency', { FunctionName: name, ReservedConcurrentExecutions: 0 }),
        ),
        `sleep ${longestFunctionSeconds}`,
      ],
    },
    {
      does: 'Look which points there are, and restore each table into a new one',
      commands: [
        ...restored.map(({ from }) => dynamodb('DescribeContinuousBackups', { TableName: from.name })),
        ...restored.map(({ table, from, to }) =>
          dynamodb('RestoreTableToPointInTime', {
            SourceTableName: from.name,
            TargetTableName: to.name,
            ...pointOf(table, restoredTo),
          }),
        ),
        ...restored.map(({ to }) => awaitTable(to.name)),
      ],
    },
    {
      does: 'Look which archives were deleted since: a deletion that is the newest version is to be deleted itself (s3api delete-object with its version id), or the repair refuses',
      commands: [
        `${toCommand(s3('ListObjectVersions', { Bucket: before.buckets.archive, Prefix: archivedEventsPrefix }))} --query "DeleteMarkers[?IsLatest].[Key,VersionId]" --output text`,
      ],
    },
    {
      does: 'Gather what was sent: the ids of mails and webhook messages, from the logs',
      commands: [
        `QUERY=$(${toCommand(
          logs('StartQuery', {
            logGroupNames: messengersOf(before).map((name) => `/aws/lambda/${name}`),
            startTime: Math.floor(Date.parse(restoredTo) / 1000) - 3_600,
            endTime: '$(date +%s)',
            queryString: sentQuery,
          }),
        )} --query queryId --output text)`,
        'sleep 60',
        `${toCommand(logs('GetQueryResults', { queryId: '$QUERY' }))} --query "results[] | [?field=='sagaId'].value" --output json > sent.json`,
      ],
    },
    {
      does: `Repair the restored tables, with the archives in ${before.buckets.archive}, and bring files in ${before.buckets.attachments} back to the version that their row names; a refusal names the table to restore again, to which points`,
      commands: [
        `npm run restore -- repair --table-set ${tableSet} --restored-to ${restoredTo}${damagedFrom === undefined ? '' : ` --damaged-from ${damagedFrom}`} --lost-from "$LOST_FROM" --sent sent.json --state repaired.json`,
      ],
    },
    {
      does: 'Give the restored tables what a restore does not bring: backups, expiry, stream, protection',
      commands: restored.flatMap(({ to }) => [
        dynamodb('UpdateContinuousBackups', {
          TableName: to.name,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
        ...(to.ttl === undefined
          ? []
          : [
              dynamodb('UpdateTimeToLive', {
                TableName: to.name,
                TimeToLiveSpecification: { Enabled: true, AttributeName: to.ttl },
              }),
            ]),
        ...(to.stream === undefined
          ? []
          : [
              dynamodb('UpdateTable', {
                TableName: to.name,
                StreamSpecification: { StreamEnabled: true, StreamViewType: to.stream },
              }),
              awaitTable(to.name),
            ]),
        ...(after.isDeletionProtected
          ? [dynamodb('UpdateTable', { TableName: to.name, DeletionProtectionEnabled: true })]
          : []),
      ]),
    },
    {
      does: 'Stop what goes on about a past that is gone: executions of sagas, and messages in queues',
      commands: [
        ...before.stateMachines.map((name) => stopExecutions(arnOf(restore, name))),
        ...before.queues.map((name) => sqs('PurgeQueue', { QueueUrl: queueUrl(restore, name) })),
      ],
    },
    {
      does: 'Swap the tables: import the restored ones into the stack, and deploy the stage on them, with the other tables new and empty',
      commands: [
        `echo ${quoted(JSON.stringify(resourceMapping(restored)))} > restored-tables.json`,
        `npx cdk import ${dataStackId} ${cdkSettings} -c replacedTableSet=${replacedTableSet} --resource-mapping restored-tables.json`,
        `npx cdk deploy --all ${cdkSettings} -c replacedTableSet=${replacedTableSet} --outputs-file ${outputsFile}`,
      ],
    },
    {
      does: 'To look before anything is sent, hold everything, in the tables that are in service now, while no function can run',
      commands: ['npm run hold -- everything --reason "A restore is being looked at."'],
    },
    {
      does: 'Let functions run, note what has to be delivered, and wait until it is',
      commands: [
        ...before.functions.map(({ name, reserved }) =>
          reserved === undefined
            ? lambda('DeleteFunctionConcurrency', { FunctionName: name })
            : lambda('PutFunctionConcurrency', { FunctionName: name, ReservedConcurrentExecutions: reserved }),
        ),
        'npm run restore -- resume --state repaired.json',
      ],
    },
    { does: 'Check every invariant, that of the restore included', commands: ['npm run check'] },
    { does: 'Release the mails, webhooks and scans that waited meanwhile', commands: ['npm run hold -- release'] },
    {
      does: 'Later, once nobody misses anything: take the replaced tables out of the stacks. In production they are retained, and deleted by hand',
      commands: [`npx cdk deploy --all ${cdkSettings}`],
    },
  ]
}

/** `Events` as new as possible: what it has beyond `Tickets` is cut, and named as lost. */
function pointOf(table: RestoredTable, restoredTo: string): Record<string, unknown> {
  if (table === 'Events') return { UseLatestRestorableTime: true }
  const ms = Date.parse(restoredTo) + (table === 'Tickets' ? 0 : laterMs)
  return { RestoreDateTime: new Date(ms).toISOString() }
}

/** One wait of the CLI ends in an error after eight minutes; a restore takes as long as its table is large. */
function awaitTable(name: string): string {
  return `until aws dynamodb wait table-exists --table-name ${name}; do sleep 20; done`
}

function messengersOf({ functions }: DeployedStage): string[] {
  return functions.flatMap(({ name }) => (/-run-(notification|webhook)-step$/.test(name) ? [name] : []))
}

/** Logical id to physical name, as `cdk import` takes it. */
function resourceMapping(restored: readonly { to: DeployedStage['tables'][RestoredTable] }[]) {
  return Object.fromEntries(restored.map(({ to }) => [to.logicalId, { TableName: to.name }]))
}

function stopExecutions(stateMachineArn: string): string {
  const list = toCommand(states('ListExecutions', { stateMachineArn, statusFilter: 'RUNNING' }))
  const stop = toCommand(states('StopExecution', { executionArn: '$EXECUTION', error: 'Restored' }))
  return `for EXECUTION in $(${list} --query "executions[].executionArn" --output text); do ${stop}; done`
}

function arnOf({ region, account }: AwsRestore, stateMachine: string): string {
  return `arn:aws:states:${region}:${account}:stateMachine:${stateMachine}`
}

function queueUrl({ region, account }: AwsRestore, queue: string): string {
  return `https://sqs.${region}.amazonaws.com/${account}/${queue}`
}

const call = (service: AwsCall['service']) => (operation: string, input: AwsCall['input']) => ({
  service,
  operation,
  input,
})
const dynamodb = call('dynamodb')
const s3 = call('s3api')
const lambda = call('lambda')
const logs = call('logs')
const sqs = call('sqs')
const states = call('stepfunctions')

/** The steps as a script to read, and to run line by line. */
export function formatSteps(steps: readonly RestoreStep[]): string {
  return steps
    .map(({ does, commands }, index) =>
      [
        `# ${index + 1}. ${does}`,
        ...commands.map((command) => (typeof command === 'string' ? command : toCommand(command))),
      ].join('\n'),
    )
    .join('\n\n')
}
