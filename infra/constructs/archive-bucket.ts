import type { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { Duration, Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { oldVersionDays } from '../limits.ts'
import type { DeploymentContext } from './deployment-context.ts'
import { allow } from './function.ts'
import { physicalName } from './names.ts'
import { privateBucket } from './private-bucket.ts'

/** The name of the bucket. Functions and other stacks refer to it by name. */
function archiveBucketName(scope: Construct, context: DeploymentContext): string {
  const { account, region } = Stack.of(scope)
  return `${physicalName(context, 'archive')}-${account}-${region}`
}

/**
 * The bucket of archived events (ADR 45): versioned, so that an object that was overwritten or deleted by mistake has a second chance, and
 * without a lock, because an erasure must be able to delete. No function writes to it.
 */
export function archiveBucket(scope: Construct, context: DeploymentContext): Bucket {
  return new Bucket(scope, 'Archive', {
    bucketName: archiveBucketName(scope, context),
    ...privateBucket(context),
    versioned: true,
    lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(oldVersionDays), expiredObjectDeleteMarker: true }],
    removalPolicy: context.stage.removalPolicy,
  })
}

/** Environment and statements of a function that reads events of archived tickets. */
export function archiveReading(
  scope: Construct,
  context: DeploymentContext,
): { environment: Record<string, string>; statements: PolicyStatement[] } {
  const bucket = archiveBucketName(scope, context)
  const arn = `arn:${Stack.of(scope).partition}:s3:::${bucket}`
  return {
    environment: { ARCHIVE_BUCKET: bucket },
    // Without the list, S3 answers 403 instead of 404 for an archive that is gone.
    statements: [allow(['s3:GetObject'], [`${arn}/*`]), allow(['s3:ListBucket'], [arn])],
  }
}
