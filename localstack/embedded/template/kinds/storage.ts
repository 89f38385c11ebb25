import * as z from 'zod'
import { anything, arn, flag, ignorable, kind, named, physicalName, type Resource, text, why } from '../kind.ts'
import type { TableModel } from '../model.ts'
import { bucket } from './bucket.ts'

const tableName = named('TableName')
const tableArn = (resource: Resource) => arn('dynamodb', `table/${tableName(resource)}`)

// DynamoDB puts the stream's creation time here; every stream of the table is meant.
const streamArn = (resource: Resource) => `${tableArn(resource)}/stream/*`

const keySchema = z.array(z.strictObject({ AttributeName: text, KeyType: text }))

const indexes = z.array(
  z
    .strictObject({
      IndexName: text,
      KeySchema: keySchema,
      Projection: z.strictObject({
        ProjectionType: text.exactOptional(),
        NonKeyAttributes: z.array(text).exactOptional(),
      }),
      // Capacity, as below.
      ProvisionedThroughput: anything.optional(),
      OnDemandThroughput: anything.optional(),
      WarmThroughput: anything.optional(),
      WriteProvisionedThroughputSettings: anything.optional(),
      WriteOnDemandThroughputSettings: anything.optional(),
      ContributorInsightsSpecification: anything.optional(),
    })
    .transform(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection })),
)

const recovery = z.strictObject({ PointInTimeRecoveryEnabled: flag, RecoveryPeriodInDays: z.number().exactOptional() })

const tableProperties = {
  TableName: text.optional(),
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: text, AttributeType: text })),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: indexes.exactOptional(),
  LocalSecondaryIndexes: indexes.exactOptional(),
  StreamSpecification: z.strictObject({ StreamViewType: text }).exactOptional(),
  TimeToLiveSpecification: z.strictObject({ AttributeName: text.exactOptional(), Enabled: flag }).exactOptional(),
  PointInTimeRecoverySpecification: recovery.exactOptional(),
}

const tableIgnores = {
  BillingMode: 'capacity is not limited here',
  ProvisionedThroughput: 'capacity is not limited here',
  OnDemandThroughput: 'capacity is not limited here',
  WarmThroughput: 'capacity is not limited here',
  WriteProvisionedThroughputSettings: 'capacity is not limited here',
  WriteOnDemandThroughputSettings: 'capacity is not limited here',
  TableClass: 'storage classes differ in price only',
  SSESpecification: why.encryption,
  DeletionProtectionEnabled: 'nothing deletes tables here',
  ContributorInsightsSpecification: why.tracing,
  Tags: why.tags,
}

type TableProperties = z.infer<z.ZodObject<typeof tableProperties>>

function tableModel(resource: Resource, properties: TableProperties): TableModel {
  return {
    path: resource.path,
    arn: tableArn(resource),
    properties: { ...properties, TableName: tableName(resource) },
  }
}

const table = kind({
  honours: tableProperties,
  ignores: tableIgnores,
  ref: tableName,
  attributes: { Arn: tableArn, StreamArn: streamArn },
  add: (model, resource, properties) => model.tables.push(tableModel(resource, properties)),
})

const globalTable = kind({
  honours: {
    ...tableProperties,
    // One replica, in this region: its other settings are about encryption and capacity.
    Replicas: z
      .array(z.looseObject({ PointInTimeRecoverySpecification: recovery.exactOptional() }))
      .max(1, 'the embedded stack is one region'),
  },
  ignores: tableIgnores,
  ref: tableName,
  attributes: { Arn: tableArn, StreamArn: streamArn, TableId: tableName },
  add: (model, resource, { Replicas: [replica], ...properties }) =>
    model.tables.push(
      tableModel(resource, {
        ...properties,
        ...(replica?.PointInTimeRecoverySpecification && {
          PointInTimeRecoverySpecification: replica.PointInTimeRecoverySpecification,
        }),
      }),
    ),
})

const ssmParameter = kind({
  honours: { Name: text.optional(), Type: text, Value: text },
  ignores: { Description: why.description, Tier: 'sizes are not limited here', Tags: why.tags },
  ref: named('Name'),
  attributes: {
    Value: (resource) => String(resource.property('Value')),
    Type: (resource) => String(resource.property('Type')),
  },
  add: (model, resource, { Type, Value }) =>
    model.ssmParameters.push({ path: resource.path, name: named('Name')(resource), type: Type, value: Value }),
})

export const storageKinds = {
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': globalTable,
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': ignorable('there is one account: the calling role decides'),
  'AWS::SSM::Parameter': ssmParameter,
  'AWS::KMS::Key': ignorable(why.encryption, physicalName, {
    Arn: (resource) => arn('kms', `key/${physicalName(resource)}`),
    KeyId: physicalName,
  }),
  'AWS::KMS::Alias': ignorable(why.encryption, (resource) => String(resource.property('AliasName'))),
}
