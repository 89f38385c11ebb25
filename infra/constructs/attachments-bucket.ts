import type { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda'
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3'
import { Duration, Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { cleanPrefix, quarantinePrefix } from '../../sagas/attachment/object-keys.ts'
import { quarantineDays } from '../limits.ts'
import { allow } from './function.ts'
import { nameOf, type Site } from './site.ts'

/** Bucket names are shared by all of AWS, so account and region are in it. By name, as its functions are told it before it is made. */
export function attachmentsBucketName(scope: Construct, site: Site): string {
  const { account, region } = Stack.of(scope)
  return `${nameOf(site, 'attachments')}-${account}-${region}`
}

/**
 * The bucket of attachments: private, by TLS only, encrypted. Uploads come to `quarantine/`, where `onUpload` hears of each and what
 * is left behind is removed; `clean/` holds what was inspected. The notification is a property of the bucket (ADR 0012). So is that it
 * tells EventBridge, which GuardDuty hears uploads by: it would switch that on itself, and the next deployment off again.
 */
export function attachmentsBucket(scope: Construct, site: Site, onUpload: IFunction): Bucket {
  const bucketName = attachmentsBucketName(scope, site)
  const bucket = new Bucket(scope, 'Bucket', {
    bucketName,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    lifecycleRules: [
      {
        prefix: quarantinePrefix,
        expiration: Duration.days(quarantineDays),
        abortIncompleteMultipartUploadAfter: Duration.days(quarantineDays),
      },
    ],
    removalPolicy: site.stage.removalPolicy,
  })
  const permission = new CfnPermission(scope, 'OnUploadPermission', {
    action: 'lambda:InvokeFunction',
    functionName: onUpload.functionArn,
    principal: 's3.amazonaws.com',
    sourceAccount: Stack.of(scope).account,
    sourceArn: arnOfBucket(scope, site),
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
    ...(site.stage.malwareScan && { eventBridgeConfiguration: { eventBridgeEnabled: true } }),
  }
  // S3 tries whether it may call the function when the bucket is made.
  resource.addDependency(permission)
  return bucket
}

export type ObjectAction = 'GetObject' | 'PutObject' | 'DeleteObject'

/** What may be done with objects under each prefix. `lists`: without it, S3 says of an object that is not there that it is forbidden. */
export function objectStatements(
  scope: Construct,
  site: Site,
  access: { quarantine?: ObjectAction[]; clean?: ObjectAction[]; lists?: true },
): PolicyStatement[] {
  const arn = arnOfBucket(scope, site)
  const on = (prefix: string, actions: ObjectAction[] = []) =>
    actions.length > 0
      ? [
          allow(
            actions.map((action) => `s3:${action}`),
            [`${arn}/${prefix}*`],
          ),
        ]
      : []
  return [
    ...on(quarantinePrefix, access.quarantine),
    ...on(cleanPrefix, access.clean),
    ...(access.lists ? [allow(['s3:ListBucket'], [arn])] : []),
  ]
}

function arnOfBucket(scope: Construct, site: Site): string {
  return `arn:${Stack.of(scope).partition}:s3:::${attachmentsBucketName(scope, site)}`
}
