import {
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type ObjectVersion,
  S3Client,
} from '@aws-sdk/client-s3'
import { clientConfig, type Target } from '../target.ts'

/** A digest of recorded history, as it was first stored. */
export interface KeptDigest {
  key: string
  storedAtMs: number
  text: string
}

export interface KeptDigests {
  kept: KeptDigest[]
  /** How long each of them cannot be removed. */
  lockedDays: number
}

/**
 * Every digest of a target; undefined for a target without them. Object Lock keeps versions, not keys: whoever may write objects can put a
 * newer version or a delete marker before one, so the oldest version of each key counts.
 */
export async function readDigests({
  outputs,
  edgeUrl,
}: Pick<Target, 'outputs' | 'edgeUrl'>): Promise<KeptDigests | undefined> {
  const { DigestsBucket: Bucket } = outputs
  if (Bucket === undefined) return undefined
  const client = new S3Client({ ...clientConfig(edgeUrl), forcePathStyle: edgeUrl !== undefined })
  try {
    const oldest = new Map<string, ObjectVersion>()
    let next: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {}
    while (next) {
      const page: ListObjectVersionsCommandOutput = await client.send(
        new ListObjectVersionsCommand({ Bucket, ...next }),
      )
      // Of one key, the newest version comes first.
      for (const version of page.Versions ?? []) oldest.set(version.Key ?? '', version)
      next = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined
    }
    const kept: KeptDigest[] = []
    for (const [key, { VersionId, LastModified }] of oldest) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: key, VersionId }))
      kept.push({ key, storedAtMs: LastModified?.getTime() ?? 0, text: (await Body?.transformToString()) ?? '' })
    }
    return { kept, lockedDays: await defaultRetentionDays(client, Bucket) }
  } finally {
    client.destroy()
  }
}

/** 0 for a bucket without Object Lock, as an emulator may make one. */
async function defaultRetentionDays(client: S3Client, Bucket: string): Promise<number> {
  try {
    const { ObjectLockConfiguration } = await client.send(new GetObjectLockConfigurationCommand({ Bucket }))
    return ObjectLockConfiguration?.Rule?.DefaultRetention?.Days ?? 0
  } catch (error) {
    if (error instanceof Error && error.name === 'ObjectLockConfigurationNotFoundError') return 0
    throw error
  }
}
