import { describe, expect, it } from 'vitest'
import { restoredTables } from '../../app/restore/restored-tables.ts'
import { toCommand } from '../../proof/drill/aws/aws-call.ts'
import { awsRestore } from '../../proof/drill/aws/aws-restore.ts'
import type { DeployedStage } from '../../proof/drill/aws/deployed-stage.ts'
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
      'npx cdk import steadfast-prod-data',
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
})
