import type { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Bucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import { Duration, Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { dayPrefix, partPrefix } from '../../domain/digest.ts'
import type { DeploymentContext } from './deployment-context.ts'
import { allow } from './function.ts'
import { physicalName } from './names.ts'
import { privateBucket } from './private-bucket.ts'

/** The name of the bucket. Functions and other stacks refer to it by name. */
export function digestsBucketName(scope: Construct, context: DeploymentContext): string {
  const { account, region } = Stack.of(scope)
  return `${physicalName(context, 'digests')}-${account}-${region}`
}

/**
 * The bucket of the digests of recorded history: S3 Object Lock keeps each object as it was stored, from anybody who may write tables and,
 * in production, from everybody (ADR 33). What is older than the lock expires.
 */
export function digestsBucket(scope: Construct, context: DeploymentContext): Bucket {
  const { mode, days } = context.stage.digestLock
  const lockedFor = Duration.days(days)
  return new Bucket(scope, 'Digests', {
    bucketName: digestsBucketName(scope, context),
    ...privateBucket(context),
    versioned: true,
    objectLockEnabled: true,
    objectLockDefaultRetention:
      mode === 'COMPLIANCE' ? ObjectLockRetention.compliance(lockedFor) : ObjectLockRetention.governance(lockedFor),
    lifecycleRules: [
      { expiration: Duration.days(days + 1), noncurrentVersionExpiration: Duration.days(1) },
      { expiredObjectDeleteMarker: true },
    ],
    removalPolicy: context.stage.removalPolicy,
  })
}

/** Statements for the function that stores digests: it adds objects, and reads the daily digest that the next one follows. */
export function digestStatements(scope: Construct, context: DeploymentContext): PolicyStatement[] {
  const arn = `arn:${Stack.of(scope).partition}:s3:::${digestsBucketName(scope, context)}`
  return [
    allow(['s3:PutObject'], [`${arn}/${partPrefix}*`, `${arn}/${dayPrefix}*`]),
    allow(['s3:GetObject'], [`${arn}/${dayPrefix}*`]),
    allow(['s3:ListBucket'], [arn]),
  ]
}
