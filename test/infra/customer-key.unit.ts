import { describe, expect, it } from 'vitest'
import { stages, withEncryptionKey } from '../../infra/stages.ts'
import { grantsOf } from './grants.ts'
import {
  bucketOf,
  type Resource,
  readable,
  resourcesOf,
  shortId,
  shortName,
  single,
  templatesOf,
} from './synthesized.ts'

const stage = 'prod with its own key'
const keyed = (resources: Resource[], keyOf: (resource: Resource) => unknown) =>
  Object.fromEntries(resources.map((resource) => [shortId(resource.id), readable(keyOf(resource))]))
const allWith = (key: string, resources: Resource[]) =>
  Object.fromEntries(resources.map(({ id }) => [shortId(id), key]))

describe('a key of the account', () => {
  it('encrypts every table, queue, file and log', () => {
    const [tables, queues, logs] = ['DynamoDB::Table', 'SQS::Queue', 'Logs::LogGroup'].map((type) =>
      resourcesOf(stage, `AWS::${type}`),
    ) as [Resource[], Resource[], Resource[]]
    const sse = ({ Properties }: Resource) => Properties.SSESpecification as Record<string, unknown>
    expect(keyed(tables, (table) => sse(table).KMSMasterKeyId)).toEqual(allWith('DataKey', tables))
    for (const table of tables) expect(sse(table)).toMatchObject({ SSEEnabled: true, SSEType: 'KMS' })
    expect(keyed(queues, ({ Properties }) => Properties.KmsMasterKeyId)).toEqual(allWith('DataKey', queues))
    expect(keyed(logs, ({ Properties }) => Properties.KmsKeyId)).toEqual(allWith('DataKey', logs))
    const bucket = bucketOf(stage, 'Bucket')
    const { ServerSideEncryptionConfiguration } = bucket.Properties.BucketEncryption as {
      ServerSideEncryptionConfiguration: Record<string, unknown>[]
    }
    const { BucketKeyEnabled, ServerSideEncryptionByDefault } = single(ServerSideEncryptionConfiguration)
    const { SSEAlgorithm, KMSMasterKeyID } = ServerSideEncryptionByDefault as Record<string, unknown>
    expect([BucketKeyEnabled, SSEAlgorithm, readable(KMSMasterKeyID)]).toEqual([true, 'aws:kms', 'DataKey'])
  })

  it('encrypts the variables of every function, and every state machine with its executions', () => {
    const functions = resourcesOf(stage, 'AWS::Lambda::Function')
    expect(keyed(functions, ({ Properties }) => Properties.KmsKeyArn)).toEqual(allWith('DataKey', functions))
    const machines = resourcesOf(stage, 'AWS::StepFunctions::StateMachine')
    expect(machines.length).toBeGreaterThan(3)
    for (const { id, Properties } of machines) {
      const { KmsKeyId, ...rest } = Properties.EncryptionConfiguration as Record<string, unknown>
      expect([readable(KmsKeyId), rest], id).toEqual(['DataKey', { Type: 'CUSTOMER_MANAGED_KMS_KEY' }])
    }
    const encrypted = [
      ...resourcesOf('prod', 'AWS::Lambda::Function'),
      ...resourcesOf('prod', 'AWS::StepFunctions::StateMachine'),
    ]
    for (const { id, Properties } of encrypted) {
      expect(Properties, id).not.toHaveProperty('KmsKeyArn')
      expect(Properties, id).not.toHaveProperty('EncryptionConfiguration')
    }
  })

  it('encrypts every topic too, with or without the setting: one key per topic, for its publishers only', () => {
    for (const each of ['prod', stage] as const) {
      const topics = resourcesOf(each, 'AWS::SNS::Topic')
      expect(keyed(topics, ({ Properties }) => Properties.KmsMasterKeyId)).toEqual({
        AlarmTopic: 'AlarmTopicKey',
        MailEvents: 'MailEventsKey',
      })
    }
  })

  it('may be used by the role of every function that has variables, as Lambda decrypts them in its name', () => {
    const named = resourcesOf(stage, 'AWS::Lambda::Function').map(shortName)
    const decrypting = grantsOf(stage).filter(
      ({ action, resource }) => action === 'kms:Decrypt' && resource === 'DataKey',
    )
    for (const name of named) {
      const [grant] = decrypting.filter(({ role }) => role === name)
      expect(JSON.stringify(grant?.condition), name).toContain('lambda.')
    }
  })

  it('may be used by the role of each state machine for its own executions and the delivery of their logs only', () => {
    const machines = resourcesOf(stage, 'AWS::StepFunctions::StateMachine')
    for (const machine of machines) {
      const name = shortName(machine)
      const grants = grantsOf(stage).filter(({ role, action }) => role === `${name}-saga` && action.startsWith('kms:'))
      const described = grants.map(({ action, resource, condition }) => {
        const { StringEquals, ...others } = JSON.parse(condition) as Record<string, Record<string, unknown>>
        expect(others).toEqual({})
        const context = Object.entries(StringEquals ?? {}).map(([key, value]) => `${key} ${readable(value)}`)
        return `${action} ${resource} ${context}`
      })
      const executions = `kms:EncryptionContext:aws:states:stateMachineArn states:stateMachine:${name}`
      expect(described).toEqual([
        `kms:Decrypt DataKey ${executions}`,
        `kms:GenerateDataKey DataKey ${executions}`,
        'kms:GenerateDataKey DataKey kms:EncryptionContext:SourceArn logs:*',
      ])
    }
  })

  it('may be used by every role that reads or writes what it encrypts, through the service that keeps it only', () => {
    const grants = grantsOf(stage).filter(({ role }) => !role.endsWith('-saga'))
    const users = grants.filter(({ action }) => /^(dynamodb|sqs|s3):/.test(action)).map(({ role }) => role)
    const ofKey = grants.filter(({ action }) => action.startsWith('kms:'))
    for (const role of new Set(users)) {
      const actions = ofKey.filter((grant) => grant.role === role).map(({ action }) => action)
      expect(actions, role).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey']))
    }
    for (const { role, resource, condition } of ofKey) {
      expect(resource, role).toBe('DataKey')
      const { StringEquals, ...others } = JSON.parse(condition)
      const services = [StringEquals['kms:ViaService']].flat().map(readable)
      expect(others).toEqual({})
      const scanned = ['s3.{Region}.{URLSuffix}']
      const all = ['dynamodb', 'lambda', 's3', 'sqs', 'states'].map((service) => `${service}.{Region}.{URLSuffix}`)
      expect(services, role).toEqual(role === 'malware-scan' ? scanned : all)
    }
  })

  it('may be used by CloudWatch Logs and its delivery, for the log groups of this account only', () => {
    const key = single(resourcesOf(stage, 'AWS::KMS::Key').filter(({ id }) => shortId(id) === 'DataKey'))
    const { Statement } = key.Properties.KeyPolicy as { Statement: Record<string, unknown>[] }
    const services = Statement.filter(({ Principal }) => (Principal as { Service?: unknown }).Service)
    const delivery = single(services.filter(({ Principal }) => JSON.stringify(Principal).includes('delivery.logs')))
    const { StringEquals, ...more } = delivery.Condition as Record<string, Record<string, unknown>>
    expect([delivery.Action, readable(StringEquals?.['kms:EncryptionContext:SourceArn']), more]).toEqual([
      'kms:Decrypt',
      'logs:*',
      {},
    ])
    const logs = single(
      services.filter(
        ({ Principal }) => readable((Principal as { Service: unknown }).Service) === 'logs.{Region}.{URLSuffix}',
      ),
    )
    const { ArnLike, ...others } = logs.Condition as Record<string, Record<string, unknown>>
    expect([readable(ArnLike?.['kms:EncryptionContext:aws:logs:arn']), others]).toEqual(['logs:log-group:*', {}])
  })

  it('rotates, and outlives its stacks in production: without it, nothing that was kept can be read', () => {
    const key = single(resourcesOf(stage, 'AWS::KMS::Key').filter(({ id }) => shortId(id) === 'DataKey'))
    expect(key.Properties.EnableKeyRotation).toBe(true)
    expect([key.DeletionPolicy, key.UpdateReplacePolicy]).toEqual(['RetainExceptOnCreate', 'Retain'])
  })

  it('changes no physical name: turning it on replaces no table, queue, bucket or log', () => {
    const holding = /^AWS::(DynamoDB::Table|SQS::Queue|S3::Bucket|Logs::LogGroup)$/
    const names = (each: 'prod' | typeof stage) =>
      resourcesOf(each)
        .filter(({ Type }) => holding.test(Type))
        .map((resource) => [resource.id, shortName(resource)])
    expect(names(stage)).toEqual(names('prod'))
  })

  it('cannot be turned off: every other stack imports it, and CloudFormation takes away no export that is in use', () => {
    const importing = Object.entries(templatesOf(stage)).filter(([, template]) =>
      /"Fn::ImportValue":"[^"]*DataKey[^"]*"/.test(JSON.stringify(template)),
    )
    expect(importing.map(([name]) => name).toSorted()).toEqual(['Api', 'Attachments', 'Messaging', 'Sagas'])
    expect(resourcesOf('prod', 'AWS::KMS::Key').map(({ id }) => shortId(id))).not.toContain('DataKey')
  })

  it('is off by default, is refused on local, and is chosen by a word that exists', () => {
    expect(withEncryptionKey(stages.prod, undefined)).toEqual(stages.prod)
    expect(() => withEncryptionKey(stages.local, 'customer')).toThrow('emulators encrypt nothing')
    expect(() => withEncryptionKey(stages.prod, 'mine')).toThrow('choose aws or customer')
  })
})
