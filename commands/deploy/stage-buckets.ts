import {
  DeleteObjectsCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3'

type Client = Pick<S3Client, 'send'>

/** S3 lists and deletes so many in one call. */
const pageSize = 1_000

/** The buckets of a stage in one region. Their names end with account and region, so those of another region are not among them. */
export async function bucketsOf(client: Client, stage: string, region: string): Promise<string[]> {
  const name = new RegExp(`^steadfast-${stage}-(attachments|digests|archive)-\\d{12}-${region}$`)
  const { Buckets = [] } = await client.send(new ListBucketsCommand({}))
  return Buckets.flatMap(({ Name = '' }) => (name.test(Name) ? [Name] : []))
}

/** How many object versions and delete markers the bucket holds, in words; more than a thousand are not counted. */
export async function describeContent(client: Client, bucket: string): Promise<string> {
  const page = await listPage(client, bucket)
  const count = versionsOf(page).length
  return `${page.IsTruncated ? `more than ${count}` : count} object versions in ${bucket}`
}

/**
 * Deletes every version and every delete marker, so that the bucket can be deleted: also what Object Lock keeps in governance mode, for
 * callers with the right to bypass it. Returns how many; throws when S3 refuses one.
 */
export async function emptyBucket(client: Client, bucket: string): Promise<number> {
  let deleted = 0
  for (;;) {
    const Objects = versionsOf(await listPage(client, bucket))
    if (Objects.length === 0) return deleted
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects, Quiet: true },
        // S3 refuses it for a bucket without Object Lock.
        ...(isLocked(bucket) && { BypassGovernanceRetention: true }),
      }),
    )
    const [first] = Errors
    if (first)
      throw new Error(
        `${first.Key} in ${bucket} could not be deleted: ${first.Code} ${first.Message ?? ''}${adviceOn(bucket)}`,
      )
    deleted += Objects.length
  }
}

function isLocked(bucket: string): boolean {
  return bucket.includes('-digests-')
}

function adviceOn(bucket: string): string {
  return isLocked(bucket)
    ? '. S3 Object Lock keeps the digests of history: run the command again with the right s3:BypassGovernanceRetention, or once the lock is over'
    : ''
}

/** The first page: what it lists is deleted before it is asked for again. */
function listPage(client: Client, Bucket: string): Promise<ListObjectVersionsCommandOutput> {
  return client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: pageSize }))
}

function versionsOf({ Versions = [], DeleteMarkers = [] }: ListObjectVersionsCommandOutput) {
  return [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }))
}
