import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { restoredTables } from '../../app/restore/restored-tables.ts'
import { cdkContextByKey } from '../../commands/deploy/stage-settings.ts'
import { awsDryRun } from '../../commands/drill/aws-dry-run.ts'
import { dataOption } from '../../commands/program/options.ts'
import { toCommand } from '../../proof/drill/aws/aws-call.ts'
import { awsRestore } from '../../proof/drill/aws/aws-restore.ts'
import type { DeployedStage } from '../../proof/drill/aws/deployed-stage.ts'
import { assemblyOf } from '../infra/synthesized.ts'
import { shapeErrors } from './sdk-shapes.ts'

function stage(suffix: string): DeployedStage {
  const tables = Object.fromEntries(
    restoredTables.map((table) => [
      table,
      { name: `steadfast-prod-${table}${suffix}`, logicalId: `${table}${suffix}` },
    ]),
  ) as DeployedStage['tables']
  return {
    stage: 'prod',
    tables: {
      ...tables,
      Events: { ...tables.Events, stream: 'NEW_AND_OLD_IMAGES' },
      StepKeys: { ...tables.StepKeys, ttl: 'expiresAt' },
    },
    functions: [
      { name: 'steadfast-prod-run-notification-step', reserved: 50 },
      { name: 'steadfast-prod-run-webhook-step' },
    ],
    queues: ['steadfast-prod-start-saga.fifo'],
    stateMachines: ['steadfast-prod-notification'],
    buckets: { attachments: 'steadfast-prod-attachments-1-eu', archive: 'steadfast-prod-archive-1-eu' },
    isDeletionProtected: true,
  }
}

const steps = awsRestore({
  before: stage(''),
  after: stage('-r1'),
  replacedTableSet: 'first',
  tableSet: 'r1',
  account: '111122223333',
  region: 'eu-west-1',
  restoredTo: '2026-03-01T12:00:00.000Z',
  context: { alarmSubscriber: 'https://pager.example/in?a=b', mailFrom: 'help@example.com', encryptionKey: 'customer' },
})
const commands = steps.flatMap((step) => step.commands)
const calls = commands.flatMap((command) => (typeof command === 'string' ? [] : [command]))
const lines = commands.map((command) => (typeof command === 'string' ? command : toCommand(command)))

describe('the commands of a restore on AWS', () => {
  it('are calls as the SDK knows them, with every input that they need and no other', () => {
    expect(calls.length).toBeGreaterThan(30)
    expect(calls.flatMap(shapeErrors)).toEqual([])
  })

  it('would be found wrong with an unknown operation, an unknown, missing or mistyped input', () => {
    const input = { SourceTableName: 'a', TargetTableName: 'b' }
    const restore = { service: 'dynamodb', operation: 'RestoreTableToPointInTime', input } as const
    expect(shapeErrors(restore)).toEqual([])
    expect(shapeErrors({ ...restore, operation: 'RestoreTable' })).toEqual(['dynamodb has no RestoreTable'])
    expect(shapeErrors({ ...restore, input: { SourceTableName: 'a' } })).toHaveLength(1)
    expect(shapeErrors({ ...restore, input: { ...input, Target: 'b' } })).toHaveLength(1)
    expect(shapeErrors({ ...restore, input: { ...input, UseLatestRestorableTime: 'yes' } })).toHaveLength(1)
  })

  it('restore each table that the repair reads, Tickets first in time, and Events as late as there is', () => {
    const restores = calls.filter(({ operation }) => operation === 'RestoreTableToPointInTime')
    expect(restores.map(({ input }) => input.SourceTableName)).toEqual(
      restoredTables.map((table) => `steadfast-prod-${table}`),
    )
    const points = restores.map(({ input }) => input.RestoreDateTime ?? 'latest')
    const later = '2026-03-01T12:00:01.000Z'
    expect(points).toEqual(['2026-03-01T12:00:00.000Z', 'latest', later, later, later, later, later])
  })

  it('take the service away first, repair before anything is deployed, and let functions run after it', () => {
    const at = (text: string) => lines.findIndex((line) => line.includes(text))
    const order = [
      'put-function-concurrency --function-name steadfast-prod-run-webhook-step --reserved-concurrent-executions 0',
      'restore-table-to-point-in-time',
      's3api list-object-versions --bucket steadfast-prod-archive-1-eu --prefix events/ --query',
      'start-query',
      'npm run restore -- repair',
      'update-table --table-name steadfast-prod-Events-r1 --stream-specification',
      'purge-queue',
      'npx cdk import Data',
      'npx cdk deploy --all',
      'npm run hold -- everything',
      'delete-function-concurrency --function-name steadfast-prod-run-webhook-step',
      'npm run restore -- resume',
      'npm run check',
      'npm run hold -- release',
    ].map(at)
    expect(order).not.toContain(-1)
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  })

  it('bring back what a restore does not: backups, expiry, stream, protection, reserved concurrency', () => {
    expect(lines).toEqual(
      expect.arrayContaining([
        `aws dynamodb update-continuous-backups --table-name steadfast-prod-Tickets-r1 --point-in-time-recovery-specification '{"PointInTimeRecoveryEnabled":true}'`,
        `aws dynamodb update-time-to-live --table-name steadfast-prod-StepKeys-r1 --time-to-live-specification '{"Enabled":true,"AttributeName":"expiresAt"}'`,
        'aws dynamodb update-table --table-name steadfast-prod-Tickets-r1 --deletion-protection-enabled',
        'aws lambda put-function-concurrency --function-name steadfast-prod-run-notification-step --reserved-concurrent-executions 50',
      ]),
    )
  })

  it('import each restored table under its new logical id', () => {
    const mapping = /^echo '(.*)' >/.exec(lines.find((line) => line.includes('> restored-tables.json')) ?? '')?.[1]
    expect(JSON.parse(mapping ?? '{}')).toEqual(
      Object.fromEntries(restoredTables.map((table) => [`${table}-r1`, { TableName: `steadfast-prod-${table}-r1` }])),
    )
  })

  it('import into the stack of the tables by the id of its construct: the CDK CLI finds none by the name on AWS', () => {
    const data = assemblyOf('prod').stacks.find(({ stackName }) => stackName === 'steadfast-prod-data')
    expect(lines.filter((line) => line.startsWith(`npx cdk import ${data?.hierarchicalId} `))).toHaveLength(1)
  })

  it('leave the outputs of the new set where the commands after them look for the tables in service', () => {
    const outputs = join(String(dataOption().defaultValue), 'outputs.json')
    const swap = lines.filter((line) => line.includes('replacedTableSet=first') && line.includes('cdk deploy'))
    expect(swap).toEqual([expect.stringMatching(`--outputs-file ${outputs}$`)])
  })

  it('keep every setting of the deployment, so that nobody stops hearing alarms and nothing changes its key', () => {
    const cdk = lines.filter((line) => line.startsWith('npx cdk '))
    expect(cdk).toHaveLength(3)
    for (const line of cdk)
      expect(line).toContain(
        "-c stage=prod -c 'alarmSubscriber=https://pager.example/in?a=b' -c mailFrom=help@example.com -c encryptionKey=customer -c tableSet=r1",
      )
  })

  it('wait for a restored table for as long as its restore takes: one wait of the CLI ends after eight minutes', () => {
    const waits = lines.filter((line) => line.includes('dynamodb wait table-exists'))
    expect(waits).toHaveLength(restoredTables.length + 1)
    for (const line of waits)
      expect(line).toMatch(/^until aws dynamodb wait table-exists --table-name \S+; do .*; done$/)
  })
})

describe('the dry run of a restore on AWS', () => {
  const run = {
    stage: 'prod',
    account: '111122223333',
    region: 'eu-west-1',
    restoredTo: '2026-03-01T12:00:00.000Z',
    tableSet: 'r2',
    replacedTableSet: 'r1',
  } as const

  it('takes the settings that npm run deploy takes', () => {
    expect(
      cdkContextByKey({ alarmSubscriber: 'ops@example.com', malwareScan: 'off', context: ['budgetUsd=200', 'a=b=c'] }),
    ).toEqual({ alarmSubscriber: 'ops@example.com', malwareScan: 'off', budgetUsd: '200', a: 'b=c' })
    expect(() => cdkContextByKey({ context: ['budgetUsd'] })).toThrow('"budgetUsd" is no setting')
  })

  it('refuses what the deployments would refuse, before anything is taken away', () => {
    expect(() => awsDryRun({ ...run, context: {} })).toThrow('Nobody hears the alarms of stage "prod"')
    expect(() => awsDryRun({ ...run, stage: 'dev', context: { encryptionKey: 'mine' } })).toThrow(
      'Unknown encryption key',
    )
  })

  it('is told the sets by their own options: the deployments name the one in use, which is replaced now', () => {
    expect(() => awsDryRun({ ...run, context: { tableSet: 'r1' } })).toThrow(
      '--replaced-table-set names the set in use',
    )
  })
})
