import * as z from 'zod'
import type { LifecycleRule } from '../../s3/lifecycle.ts'
import { flag, kind, named, physicalName, type Resource, text, why } from '../kind.ts'

// Bucket names are lower case.
const bucketName = (resource: Resource) => {
  const name = named('BucketName')(resource)
  return name === physicalName(resource) ? name.toLowerCase() : name
}

const filterRule = z.strictObject({
  Name: z.string().transform((name) => name.toLowerCase()),
  Value: text,
})

const notificationConfiguration = z.strictObject(
  {
    LambdaConfigurations: z
      .array(
        z.strictObject({
          Event: z.templateLiteral(['s3:Object', z.enum(['Created', 'Removed']), ':', z.string()]),
          Function: text,
          Filter: z.strictObject({ S3Key: z.strictObject({ Rules: z.array(filterRule) }) }).optional(),
        }),
      )
      .optional(),
    // Nobody listens but GuardDuty's own rule, whose twin is told directly.
    EventBridgeConfiguration: z.strictObject({ EventBridgeEnabled: flag }).optional(),
  },
  'bucket notifications go to functions only',
)

const days = z.coerce.number().int().positive()

const lifecycleRule = z
  .strictObject({
    Id: text.exactOptional(),
    Status: z.enum(['Enabled', 'Disabled']),
    Prefix: text.exactOptional(),
    ExpirationInDays: days.exactOptional(),
    ExpiredObjectDeleteMarker: flag.exactOptional(),
    NoncurrentVersionExpiration: z
      .strictObject({ NoncurrentDays: days, NewerNoncurrentVersions: days.exactOptional() })
      .exactOptional(),
    NoncurrentVersionExpirationInDays: days.exactOptional(),
    AbortIncompleteMultipartUpload: z.strictObject({ DaysAfterInitiation: days }).exactOptional(),
  })
  .transform(
    (rule): LifecycleRule => ({
      isEnabled: rule.Status === 'Enabled',
      prefix: rule.Prefix ?? '',
      expirationDays: rule.ExpirationInDays,
      expiresDeleteMarkers: rule.ExpiredObjectDeleteMarker,
      noncurrentDays: rule.NoncurrentVersionExpiration?.NoncurrentDays ?? rule.NoncurrentVersionExpirationInDays,
      noncurrentVersionsKept: rule.NoncurrentVersionExpiration?.NewerNoncurrentVersions,
      abortUploadsAfterDays: rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
    }),
  )

const objectLockConfiguration = z.strictObject({
  ObjectLockEnabled: z.literal('Enabled'),
  Rule: z
    .strictObject({
      DefaultRetention: z
        .strictObject({ Mode: z.enum(['GOVERNANCE', 'COMPLIANCE']), Days: days.optional(), Years: days.optional() })
        .refine(({ Days, Years }) => (Days === undefined) !== (Years === undefined), 'give Days or Years')
        .transform(({ Mode, Days, Years = 0 }) => ({ mode: Mode, days: Days ?? Years * 365 })),
    })
    .optional(),
})

export const bucket = kind({
  honours: {
    BucketName: text.optional(),
    LifecycleConfiguration: z.strictObject({ Rules: z.array(lifecycleRule).min(1) }).optional(),
    NotificationConfiguration: notificationConfiguration.optional(),
    ObjectLockConfiguration: objectLockConfiguration.optional(),
    ObjectLockEnabled: flag.optional(),
    VersioningConfiguration: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  },
  ignores: {
    AccessControl: 'the calling role decides',
    BucketEncryption: why.encryption,
    LoggingConfiguration: why.logs,
    OwnershipControls: 'there is one account',
    PublicAccessBlockConfiguration: 'the edge listens on loopback only',
    Tags: why.tags,
  },
  ref: bucketName,
  attributes: {
    Arn: (resource) => `arn:aws:s3:::${bucketName(resource)}`,
    DomainName: (resource) => `${bucketName(resource)}.s3.amazonaws.com`,
    RegionalDomainName: (resource) => `${bucketName(resource)}.s3.us-east-1.amazonaws.com`,
  },
  add: (model, resource, properties) => {
    const { NotificationConfiguration = {}, LifecycleConfiguration, VersioningConfiguration } = properties
    const { ObjectLockEnabled, ObjectLockConfiguration } = properties
    model.buckets.push({
      path: resource.path,
      name: bucketName(resource),
      arn: `arn:aws:s3:::${bucketName(resource)}`,
      isVersioned: VersioningConfiguration?.Status === 'Enabled',
      ...(ObjectLockEnabled && { objectLock: { retention: ObjectLockConfiguration?.Rule?.DefaultRetention } }),
      lifecycle: LifecycleConfiguration?.Rules ?? [],
      notifications: (NotificationConfiguration.LambdaConfigurations ?? []).map(
        ({ Event, Function: functionRef, Filter }) => {
          const rule = (name: string) => Filter?.S3Key.Rules.find(({ Name }) => Name === name)?.Value ?? ''
          return { event: Event, functionRef, prefix: rule('prefix'), suffix: rule('suffix') }
        },
      ),
    })
  },
})
