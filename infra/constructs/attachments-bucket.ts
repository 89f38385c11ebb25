import type { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda'
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3'
import { Duration, Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { cleanPrefix, quarantinePrefix } from '../../sagas/attachment/object-keys.ts'
import { oldVersionDays, quarantineDays, quarantineOldVersionDays } from '../limits.ts'
import type { DeploymentContext } from './deployment-context.ts'
import { allow } from './function.ts'
import { physicalName } from './names.ts'

/**
 * The name of the bucket. It contains account and region, because bucket names are global. Functions and other stacks refer to the bucket
 * by name: it is created after the function that it notifies.
 */
export function attachmentsBucketName(scope: Construct, context: DeploymentContext): string {
  const { account, region } = Stack.of(scope)
  return `${physicalName(context, 'attachments')}-${account}-${region}`
}

/**
 * The bucket of attachments: private, TLS only, encrypted. Uploads arrive in `quarantine/`, where each one notifies `onUpload` and expires
 * if it is left there; files that passed the inspection are in `clean/`, and their old versions stay for some weeks. The notifications are
 * a property of the bucket, not a custom resource (ADR 0012). EventBridge is on where GuardDuty scans: GuardDuty would turn it on itself,
 * and the next deployment would turn it off.
 */
export function attachmentsBucket(scope: Construct, context: DeploymentContext, onUpload: IFunction): Bucket {
  const bucketName = attachmentsBucketName(scope, context)
  const bucket = new Bucket(scope, 'Bucket', {
    bucketName,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    ...(context.dataKey
      ? // The key of the bucket saves a call to KMS per object.
        { encryption: BucketEncryption.KMS, encryptionKey: context.dataKey, bucketKeyEnabled: true }
      : { encryption: BucketEncryption.S3_MANAGED }),
    enforceSSL: true,
    // A file that was deleted or overwritten by mistake has a second chance: its old version (ADR 14).
    versioned: true,
    lifecycleRules: [
      {
        prefix: quarantinePrefix,
        expiration: Duration.days(quarantineDays),
        abortIncompleteMultipartUploadAfter: Duration.days(quarantineOldVersionDays),
      },
      {
        prefix: quarantinePrefix,
        noncurrentVersionExpiration: Duration.days(quarantineOldVersionDays),
        expiredObjectDeleteMarker: true,
      },
      {
        prefix: cleanPrefix,
        noncurrentVersionExpiration: Duration.days(oldVersionDays),
        // The marker that a deletion leaves has nothing behind it once the old versions are gone.
        expiredObjectDeleteMarker: true,
      },
    ],
    removalPolicy: context.stage.removalPolicy,
  })
  const permission = new CfnPermission(scope, 'OnUploadPermission', {
    action: 'lambda:InvokeFunction',
    functionName: onUpload.functionArn,
    principal: 's3.amazonaws.com',
    sourceAccount: Stack.of(scope).account,
    sourceArn: bucketArn(scope, context),
  })
  const resource = bucket.node.defaultChild as CfnBucket
  resource.notificationConfiguration = {
    lambdaConfigurations: [
      {
        event: 's3:ObjectCreated:*',
        function: onUpload.functionArn,
        filter: { s3Key: { rules: [{ name: 'prefix', value: quarantinePrefix }] } },
      },
    ],
    ...(context.stage.malwareScan && { eventBridgeConfiguration: { eventBridgeEnabled: true } }),
  }
  // S3 tests whether it may invoke the function when the bucket is created.
  resource.addResourceDependency(permission)
  return bucket
}

export type ObjectAction = 'GetObject' | 'PutObject' | 'DeleteObject'

/** What may be done with objects under each prefix. Without `canList`, S3 answers 403 instead of 404 for an object that does not exist. */
export function objectStatements(
  scope: Construct,
  context: DeploymentContext,
  access: { quarantine?: ObjectAction[]; clean?: ObjectAction[]; canList?: true },
): PolicyStatement[] {
  const arn = bucketArn(scope, context)
  const onPrefix = (prefix: string, actions: ObjectAction[] = []) =>
    actions.length > 0
      ? [
          allow(
            actions.map((action) => `s3:${action}`),
            [`${arn}/${prefix}*`],
          ),
        ]
      : []
  return [
    ...onPrefix(quarantinePrefix, access.quarantine),
    ...onPrefix(cleanPrefix, access.clean),
    ...(access.canList ? [allow(['s3:ListBucket'], [arn])] : []),
  ]
}

function bucketArn(scope: Construct, context: DeploymentContext): string {
  return `arn:${Stack.of(scope).partition}:s3:::${attachmentsBucketName(scope, context)}`
}
