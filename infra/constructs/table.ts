import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'
import type { TableName } from '../../app/catalogue/access.ts'
import { type IndexShape, retiredIndexes, tableShapes } from '../../tables/key-shapes.ts'
import type { DeploymentContext } from './deployment-context.ts'
import { pascalCase } from './names.ts'
import { firstTableSet, tableNameIn } from './table-names.ts'

interface Shape {
  partitionKey: string
  sortKey?: string
  ttl?: string
  stream?: 'NEW_IMAGE' | 'NEW_AND_OLD_IMAGES'
  indexes: readonly IndexShape[]
}

/** CDK context of the first of two deployments that replace indexes (docs/adr/0030). */
export const keepRetiredIndexes = 'keepRetiredIndexes'

/**
 * A table of `tables/key-shapes.ts`: billed on demand, encrypted, restorable to any second of the last 35 days (ADR 0011). The tables of
 * another set than the first have names and logical ids of their own, so that they can be beside it.
 */
export function table(scope: Construct, name: TableName, context: DeploymentContext, set = firstTableSet): Table {
  const shape: Shape = tableShapes[name]
  const built = new Table(scope, set === firstTableSet ? name : `${name}${pascalCase(set)}`, {
    tableName: tableNameIn(set, context, name),
    partitionKey: key(shape.partitionKey),
    ...(shape.sortKey && { sortKey: key(shape.sortKey) }),
    ...(shape.ttl && { timeToLiveAttribute: shape.ttl }),
    ...(shape.stream && { stream: StreamViewType[shape.stream] }),
    billingMode: BillingMode.PAY_PER_REQUEST,
    ...(context.dataKey
      ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: context.dataKey }
      : { encryption: TableEncryption.AWS_MANAGED }),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: context.stage.isDeletionProtected,
    removalPolicy: context.stage.removalPolicy,
  })
  const retired = scope.node.tryGetContext(keepRetiredIndexes) === undefined ? [] : (retiredIndexes[name] ?? [])
  for (const index of [...shape.indexes, ...retired])
    built.addGlobalSecondaryIndex({
      indexName: index.name,
      partitionKey: key(index.partitionKey),
      sortKey: key(index.sortKey),
      projectionType: index.holds === 'keys' ? ProjectionType.KEYS_ONLY : ProjectionType.ALL,
    })
  return built
}

function key(name: string) {
  return { name, type: AttributeType.STRING }
}
