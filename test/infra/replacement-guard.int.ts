import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCdk } from '../../commands/deploy/cdk.ts'
import { type Replacement, refusals, replacementsIn } from '../../commands/deploy/replacements.ts'
import { statefulTypes } from '../../infra/stateful-types.ts'
import { tableShapes } from '../../tables/key-shapes.ts'

interface Resource {
  Type: string
  DeletionPolicy?: string
  Properties?: Record<string, unknown>
}

const table = (changes: object = {}): Resource => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'tickets',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    ...changes,
  },
})
const queue = (changes: object = {}): Resource => ({
  Type: 'AWS::SQS::Queue',
  Properties: { QueueName: 'q.fifo', FifoQueue: true, ...changes },
})
const of = (Type: string, Properties: Record<string, unknown> = {}): Resource => ({ Type, Properties })
const key = { KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] }

/** A resource as it is deployed, as it would be, and what happens to it; nothing when it is updated in place or is new. */
const pairs: Record<string, [deployed: Resource | undefined, next: Resource | undefined, impact?: string]> = {
  TableAsBefore: [table(), table()],
  TableIsNew: [undefined, table()],
  TableChangesKey: [table(), table(key), 'replace'],
  TableIsRenamed: [table(), table({ TableName: 'cases' }), 'replace'],
  TableIsBilledOtherwise: [table(), table({ BillingMode: 'PROVISIONED' })],
  TableIsGone: [table(), undefined, 'destroy'],
  TableIsGoneAndRetained: [{ ...table(), DeletionPolicy: 'Retain' }, undefined, 'orphan'],
  TableIsGoneAndRetainedInUse: [{ ...table(), DeletionPolicy: 'RetainExceptOnCreate' }, undefined, 'orphan'],
  QueueIsGone: [queue(), undefined, 'destroy'],
  QueueLosesOrder: [queue(), queue({ FifoQueue: undefined }), 'replace'],
  QueueKeepsMessagesLonger: [queue(), queue({ MessageRetentionPeriod: 1_209_600 })],
  QueueBecomesTopic: [queue(), of('AWS::SNS::Topic'), 'retype'],
  TopicBecomesQueue: [of('AWS::SNS::Topic'), queue(), 'retype'],
  BucketIsRenamed: [of('AWS::S3::Bucket', { BucketName: 'a' }), of('AWS::S3::Bucket', { BucketName: 'b' }), 'replace'],
  KeyChangesSpec: [of('AWS::KMS::Key', { KeySpec: 'SYMMETRIC_DEFAULT' }), of('AWS::KMS::Key', { KeySpec: 'RSA_2048' })],
  PoolIsGone: [of('AWS::Cognito::UserPool', { UserPoolName: 'people' }), undefined, 'destroy'],
  MachineChangesType: [
    of('AWS::StepFunctions::StateMachine', { StateMachineType: 'STANDARD' }),
    of('AWS::StepFunctions::StateMachine', { StateMachineType: 'EXPRESS' }),
    'replace',
  ],
  ApiIsGone: [of('AWS::ApiGateway::RestApi', { Name: 'api' }), undefined, 'destroy'],
  AlarmIsGone: [of('AWS::CloudWatch::Alarm', { AlarmName: 'late' }), undefined, 'destroy'],
}

function templateOf(side: 0 | 1): string {
  const resources = Object.entries(pairs).map(([id, pair]) => [id, pair[side]])
  return JSON.stringify({ Resources: Object.fromEntries(resources.filter(([, resource]) => resource)) })
}

describe('a deployment compared with what is deployed, by the CDK CLI', () => {
  const dir = mkdtempSync(join(tmpdir(), 'steadfast-replacements-'))
  let found: Replacement[]
  beforeAll(async () => {
    const artifact = {
      type: 'aws:cloudformation:stack',
      environment: 'aws://unknown-account/unknown-region',
      properties: { templateFile: 'next.json', stackName: 'steadfast-dev-data' },
      displayName: 'Data',
    }
    writeFileSync(join(dir, 'manifest.json'), JSON.stringify({ version: '36.0.0', artifacts: { Data: artifact } }))
    writeFileSync(join(dir, 'next.json'), templateOf(1))
    writeFileSync(join(dir, 'deployed.json'), templateOf(0))
    const lines: string[] = []
    const args = ['diff', '--app', dir, '--method', 'template', '--no-color', '--template', join(dir, 'deployed.json')]
    const onLine = (line: string) => lines.push(line)
    await runCdk([...args, 'Data'], { env: {}, logFile: join(dir, 'cdk.log'), onLine })
    found = replacementsIn(lines)
  }, 60_000)
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  it.each(Object.entries(pairs))('replaces, deletes or keeps: %s', (id, [, , impact]) => {
    expect(found.filter(({ logicalId }) => logicalId === id).map((each) => each.impact)).toEqual(impact ? [impact] : [])
  })

  it('names the stack and the type of each', () => {
    expect(found).toContainEqual({
      stack: 'steadfast-dev-data',
      type: 'AWS::DynamoDB::Table',
      logicalId: 'TableChangesKey',
      impact: 'replace',
    })
  })
})

describe('a line of cdk diff', () => {
  it.each([
    'Stack Data (steadfast-dev-data)',
    'Stack Data (steadfast-dev-data) (aws://123456789012/eu-west-1)',
    'Stack steadfast-dev-data',
    'Stack steadfast-dev-data (aws://123456789012/eu-west-1)',
  ])('names the stack of the lines that follow: %s', (line) => {
    const found = replacementsIn([line, 'Resources', '[-] AWS::SQS::Queue Queue destroy'])
    expect(found.map(({ stack }) => stack)).toEqual(['steadfast-dev-data'])
  })
})

describe('a deployment that would lose data', () => {
  const lost: Replacement[] = [
    { stack: 's-data', type: 'AWS::DynamoDB::Table', logicalId: 'Tickets', impact: 'replace' },
    { stack: 's-messaging', type: 'AWS::SQS::Queue', logicalId: 'Queue', impact: 'destroy' },
    { stack: 's-messaging', type: 'AWS::CloudWatch::Alarm', logicalId: 'Alarm', impact: 'destroy' },
  ]

  it('is refused with one line per resource, which says what is lost and how to go on', () => {
    expect(refusals(lost, [])).toEqual([
      'This deployment replaces AWS::DynamoDB::Table Tickets of s-data, and with it every row in it. Migrate the data first, or pass --allow-replacement Tickets.',
      'This deployment deletes AWS::SQS::Queue Queue of s-messaging, and with it every message that waits in it or is kept there as a dead letter. Migrate the data first, or pass --allow-replacement Queue.',
    ])
  })

  it.each([
    ['first', ''],
    ['r20260301', 'R20260301'],
  ])('is refused, with the setting that was forgotten, when it lets go of the whole table set "%s"', (set, suffix) => {
    const tables = Object.keys(tableShapes).map(
      (name): Replacement => ({
        stack: 's-data',
        type: 'AWS::DynamoDB::Table',
        logicalId: `${name}${suffix}3EE30A9D`,
        impact: 'orphan',
      }),
    )
    const hint = `This deployment goes to other tables than the set "${set}", which the stage uses: pass --context tableSet=${set} (docs/adr/0044).`
    expect(refusals(tables, [])).toHaveLength(tables.length + 1)
    expect(refusals(tables, [])[0]).toBe(hint)
    expect(refusals(tables.slice(1), [])).not.toContain(hint)
  })

  it.each(['destroy', 'orphan'] as const)(
    'is refused, with the setting that was forgotten, when it lets go of the key of the account, also when that is allowed: %s',
    (impact) => {
      const key: Replacement = { stack: 's-data', type: 'AWS::KMS::Key', logicalId: 'DataKeyD668F0CC', impact }
      const refusal =
        'This deployment forgets the key of the account, which encrypts what the stage stores: pass --context encryptionKey=customer, which cannot be taken back (docs/adr/0028).'
      for (const allowed of [[], [key.logicalId]]) expect(refusals([key], allowed)).toEqual([refusal])
      expect(refusals([{ ...key, logicalId: 'AlarmTopicKey57B0D3A7' }], [])).toHaveLength(1)
      expect(refusals([{ ...key, logicalId: 'AlarmTopicKey57B0D3A7' }], [])).not.toContain(refusal)
    },
  )

  it('is refused when a resource becomes another type, whatever it was', () => {
    const topic: Replacement = { stack: 's-data', type: 'AWS::SNS::Topic', logicalId: 'Queue', impact: 'retype' }
    expect(refusals([topic], [])).toEqual([
      'This deployment replaces Queue of s-data by AWS::SNS::Topic, and with it what the resource of another type holds. Migrate the data first, or pass --allow-replacement Queue.',
    ])
  })

  it('goes on when each resource is allowed by its logical id, and for what holds no data', () => {
    expect(refusals(lost, ['Queue', 'Tickets'])).toEqual([])
    expect(refusals(lost.slice(2), [])).toEqual([])
  })

  it('is refused when a resource is allowed that would not be lost: it is not the deployment that was meant', () => {
    expect(refusals(lost.slice(1), ['Queue', 'Tickets'])).toEqual([
      'This deployment neither replaces nor deletes Tickets, which --allow-replacement names: check what is deployed, or leave the option out.',
    ])
  })
})

describe('the stack policy for other tools', () => {
  it('denies the replacement and deletion of exactly the stateful types', () => {
    const policy = JSON.parse(readFileSync('infra/stack-policy.json', 'utf8'))
    const [allow, deny] = policy.Statement
    expect(allow).toEqual({ Effect: 'Allow', Principal: '*', Action: 'Update:*', Resource: '*' })
    expect(deny.Action).toEqual(['Update:Replace', 'Update:Delete'])
    expect(deny.Condition.StringEquals.ResourceType).toEqual(Object.keys(statefulTypes))
  })
})
