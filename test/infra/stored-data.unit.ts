import { describe, expect, it } from 'vitest'
import { tableShapes } from '../../tables/key-shapes.ts'
import { assemblyOf, bucketOf, type Resource, readable, resourcesOf, shortId, stageNames } from './synthesized.ts'

const ids = (resources: Resource[]) => resources.map(({ id }) => shortId(id))

/** The one property of each resource, by its logical id; resources without the property are left out. */
const valuesOf = (resources: Resource[], property: string) =>
  Object.fromEntries(
    resources
      .filter(({ Properties }) => Properties[property] !== undefined)
      .map(({ id, Properties }) => [shortId(id), Properties[property]]),
  )

describe.each(stageNames)('the tables of %s', (stage) => {
  const tables = resourcesOf(stage, 'AWS::DynamoDB::Table')

  it('are those in tables/key-shapes.ts', () => {
    expect(ids(tables)).toEqual(Object.keys(tableShapes))
  })

  it('can be restored to any second of the last 35 days, so that a bad write or deployment loses nothing', () => {
    for (const { id, Properties } of tables)
      expect(Properties.PointInTimeRecoverySpecification, id).toEqual({ PointInTimeRecoveryEnabled: true })
  })

  it('are encrypted with the AWS managed key, which logs its use and cannot be lost (ADR 0011)', () => {
    for (const { id, Properties } of tables) expect(Properties.SSESpecification, id).toEqual({ SSEEnabled: true })
  })

  it('are billed on demand: no capacity setting can throttle a burst', () => {
    for (const { id, Properties } of tables) expect(Properties.BillingMode, id).toBe('PAY_PER_REQUEST')
  })

  it('expire only fences, request keys and the counters of past seconds; time to live never touches the truth or its history', () => {
    expect(valuesOf(tables, 'TimeToLiveSpecification')).toEqual({
      RateLimits: { AttributeName: 'expiresAt', Enabled: true },
      RequestKeys: { AttributeName: 'expiresAt', Enabled: true },
      StepKeys: { AttributeName: 'expiresAt', Enabled: true },
    })
  })

  it('stream new outbox rows to the relay, and both images of history, as the old one is the evidence of tampering', () => {
    expect(valuesOf(tables, 'StreamSpecification')).toEqual({
      Events: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      Outbox: { StreamViewType: 'NEW_IMAGE' },
    })
  })

  it('project every attribute into the indexes of lists, which are read alone, and only keys where a write is all that happens often', () => {
    const indexes = tables.flatMap(
      ({ Properties }) =>
        (Properties.GlobalSecondaryIndexes ?? []) as { IndexName: string; Projection: { ProjectionType: string } }[],
    )
    const projections = indexes.map(({ IndexName, Projection }) => [IndexName, Projection.ProjectionType])
    expect(Object.fromEntries(projections)).toEqual({
      byTenant: 'ALL',
      byStatus: 'ALL',
      byAssignee: 'ALL',
      byRequester: 'ALL',
      openByAssigneeKeys: 'KEYS_ONLY',
      blocked: 'ALL',
      byAggregate: 'ALL',
      liveKeys: 'KEYS_ONLY',
    })
  })

  it('cannot be deleted in production, whoever asks; elsewhere a stage is deleted as a whole', () => {
    const isProtected = tables.map(({ Properties }) => Properties.DeletionProtectionEnabled ?? false)
    expect(new Set(isProtected)).toEqual(new Set([stage === 'prod']))
  })
})

/**
 * What happens to each kind of resource when its stack is deleted, or when CloudFormation replaces it. What is kept goes again when the
 * operation that created it is rolled back: names are fixed, and the next attempt creates it anew.
 */
const removal = {
  // The data of users, the logs that explain it and the keys that decrypt it outlive a mistake in production.
  'AWS::DynamoDB::Table': { local: 'Delete', dev: 'Delete', staging: 'Delete', prod: 'RetainExceptOnCreate' },
  'AWS::S3::Bucket': { local: 'Delete', dev: 'Delete', staging: 'Delete', prod: 'RetainExceptOnCreate' },
  'AWS::Logs::LogGroup': { local: 'Delete', dev: 'Delete', staging: 'Delete', prod: 'RetainExceptOnCreate' },
  'AWS::KMS::Key': { local: 'Delete', dev: 'Delete', staging: 'Delete', prod: 'RetainExceptOnCreate' },
  // A dead letter is the only copy of what failed, and a verdict or a bounce is in no table.
  'AWS::SQS::Queue': { local: 'Delete', dev: 'Delete', staging: 'Delete', prod: 'RetainExceptOnCreate' },
  // A running saga calls the version that it started with (ADR 0013). LocalStack keeps it by no other word.
  'AWS::Lambda::Version': {
    local: 'Retain',
    dev: 'RetainExceptOnCreate',
    staging: 'RetainExceptOnCreate',
    prod: 'RetainExceptOnCreate',
  },
  // The setting of the account is shared with its other APIs (ADR 0010).
  'AWS::ApiGateway::Account': { local: 'Retain', dev: 'Retain', staging: 'Retain', prod: 'Retain' },
}

describe.each(stageNames)('deleting a stack of %s', (stage) => {
  it.each(Object.entries(removal))('treats every %s as its stage requires', (type, policies) => {
    for (const { id, DeletionPolicy, UpdateReplacePolicy } of resourcesOf(stage, type))
      expect({ DeletionPolicy, UpdateReplacePolicy }, id).toEqual({
        DeletionPolicy: policies[stage],
        UpdateReplacePolicy: policies[stage].replace('ExceptOnCreate', ''),
      })
  })

  it('keeps nothing else: what is retained has to be deleted manually', () => {
    const retained = resourcesOf(stage)
      .filter(({ Type }) => !(Type in removal))
      .filter(
        ({ DeletionPolicy, UpdateReplacePolicy }) =>
          DeletionPolicy?.startsWith('Retain') && UpdateReplacePolicy === 'Retain',
      )
    // The role belongs to the setting of the account.
    expect(ids(retained)).toEqual(stage === 'local' ? [] : ['RestApiCloudWatchRole'])
  })

  it('is refused in production, for every stack: a stage without its API or its relay serves nobody either', () => {
    const { stacks } = assemblyOf(stage)
    const isProtected = stacks.filter(({ terminationProtection }) => terminationProtection)
    expect(isProtected).toEqual(stage === 'prod' ? stacks : [])
  })
})

describe.each(stageNames)('the bucket of digests of %s', (stage) => {
  const { Properties } = bucketOf(stage, 'Digests')

  it('is private, versioned and encrypted', () => {
    const { Properties: attachments } = bucketOf(stage, 'Bucket')
    for (const name of ['PublicAccessBlockConfiguration', 'OwnershipControls', 'BucketEncryption'])
      expect(Properties[name], name).toEqual(attachments[name])
    expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' })
  })

  it('locks each digest as it was stored: in production for a year and for everybody, elsewhere until the stage is destroyed', () => {
    const retention = stage === 'prod' ? { Mode: 'COMPLIANCE', Days: 365 } : { Mode: 'GOVERNANCE', Days: 1 }
    expect([Properties.ObjectLockEnabled, Properties.ObjectLockConfiguration]).toEqual([
      true,
      { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: retention } },
    ])
  })

  it('deletes digests only once their lock is over', () => {
    const { Rules } = Properties.LifecycleConfiguration as { Rules: Record<string, unknown>[] }
    const expiring = Rules.flatMap(({ ExpirationInDays }) => ExpirationInDays ?? [])
    expect(expiring).toEqual([stage === 'prod' ? 366 : 2])
  })
})

describe.each(stageNames)('the bucket of archives of %s', (stage) => {
  const { Properties } = bucketOf(stage, 'Archive')

  it('is private, versioned and encrypted, and locks nothing: an erasure must be able to delete', () => {
    const { Properties: attachments } = bucketOf(stage, 'Bucket')
    for (const name of ['PublicAccessBlockConfiguration', 'OwnershipControls', 'BucketEncryption'])
      expect(Properties[name], name).toEqual(attachments[name])
    expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' })
    expect(Properties.ObjectLockEnabled).toBeUndefined()
  })

  it('lets no archive expire, only old versions', () => {
    const { Rules } = Properties.LifecycleConfiguration as { Rules: Record<string, unknown>[] }
    expect(Rules.flatMap(({ ExpirationInDays }) => ExpirationInDays ?? [])).toEqual([])
  })
})

describe.each(stageNames)('the bucket of attachments of %s', (stage) => {
  const bucket = bucketOf(stage, 'Bucket')

  it('is private: no policy or ACL can make an object public', () => {
    expect(bucket.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    })
  })

  it('is encrypted at rest', () => {
    expect(bucket.Properties.BucketEncryption).toEqual({
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    })
  })

  it('keeps what was deleted or overwritten as an old version: a mistake has a second chance', () => {
    expect(bucket.Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' })
  })

  it('deletes what a fault left in quarantine after the longest hold, and never a file that was found clean', () => {
    const { Rules } = bucket.Properties.LifecycleConfiguration as { Rules: Record<string, unknown>[] }
    const expiring = Rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined)
    expect(expiring).toEqual([
      {
        Prefix: 'quarantine/',
        Status: 'Enabled',
        // A saga waits for a release for a year at most.
        ExpirationInDays: 370,
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      },
    ])
  })

  it('deletes old versions in quarantine after a day: nothing there is worth a second chance', () => {
    const { Rules } = bucket.Properties.LifecycleConfiguration as { Rules: Record<string, unknown>[] }
    expect(Rules).toContainEqual({
      Prefix: 'quarantine/',
      Status: 'Enabled',
      NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      ExpiredObjectDeleteMarker: true,
    })
  })

  it('deletes old versions of clean files after the 35 days that tables can be restored, and then the markers of deletions', () => {
    const { Rules } = bucket.Properties.LifecycleConfiguration as { Rules: Record<string, unknown>[] }
    expect(Rules.filter(({ Prefix }) => Prefix !== 'quarantine/')).toEqual([
      {
        Prefix: 'clean/',
        Status: 'Enabled',
        NoncurrentVersionExpiration: { NoncurrentDays: 35 },
        ExpiredObjectDeleteMarker: true,
      },
    ])
  })

  it('reports every upload, and nothing that a saga copies to clean', () => {
    const { LambdaConfigurations } = bucket.Properties.NotificationConfiguration as {
      LambdaConfigurations: { Function: unknown }[]
    }
    expect(LambdaConfigurations).toEqual([
      {
        Event: 's3:ObjectCreated:*',
        Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'quarantine/' }] } },
        Function: expect.anything(),
      },
    ])
    expect(LambdaConfigurations.map(({ Function: fn }) => readable(fn))).toEqual(['RecordUpload'])
  })

  it('is made after S3 may call the function: it tries the call when the notification is set', () => {
    expect(bucket.DependsOn).toEqual(['OnUploadPermission'])
  })
})

describe.each(stageNames)('what %s stores or passes on', (stage) => {
  const queues = resourcesOf(stage, 'AWS::SQS::Queue')
  const topics = resourcesOf(stage, 'AWS::SNS::Topic')
  const keys = resourcesOf(stage, 'AWS::KMS::Key')

  it('is encrypted in every queue and topic', () => {
    for (const { id, Properties } of queues) expect(Properties.SqsManagedSseEnabled, id).toBe(true)
    expect(topics.map(({ Properties }) => readable(Properties.KmsMasterKeyId))).toEqual(ids(keys))
  })

  it('is encrypted by keys that rotate', () => {
    for (const { id, Properties } of keys) expect(Properties.EnableKeyRotation, id).toBe(true)
  })
})

/** Days; short where nobody investigates last month, half a year where a customer may ask what happened. */
const logRetentionDays = { local: 3, dev: 14, staging: 30, prod: 180 }

describe.each(stageNames)('the logs of %s', (stage) => {
  const groups = resourcesOf(stage, 'AWS::Logs::LogGroup')

  it('are kept for a bounded time', () => {
    for (const { id, Properties } of groups) expect(Properties.RetentionInDays, id).toBe(logRetentionDays[stage])
  })
})
