import { lifecycleRules } from './bucket-operations.ts'
import { dueVersions, isDue } from './lifecycle.ts'
import { isLocked } from './retention.ts'
import type { S3 } from './s3.ts'
import { toVersion, type Version } from './versions.ts'

/** Keys that are looked at before others get their turn. */
const batchKeys = 200

/** Applies the lifecycle rules of every bucket once. S3 does so once a day, and tells no one whom this stack knows. */
export async function sweepLifecycle(s3: S3): Promise<void> {
  for (const { name } of s3.buckets.all()) {
    const rules = lifecycleRules(s3, name)
    if (rules.length === 0) continue
    let from: Buffer | undefined = Buffer.alloc(0)
    while (from) {
      from = sweepBatch(s3, name, rules, from)
      await new Promise(setImmediate)
    }
    abortOldUploads(s3, name, rules)
  }
}

type Rules = ReturnType<typeof lifecycleRules>

/** Returns where the next batch begins. */
function sweepBatch(s3: S3, bucket: string, rules: Rules, from: Buffer): Buffer | undefined {
  const byKey = new Map<string, Version[]>()
  let next: Buffer | undefined
  for (const row of s3.versions.versionsFrom(bucket, from)) {
    const version = toVersion(row)
    const versions = byKey.get(version.key)
    if (versions) versions.push(version)
    else if (byKey.size === batchKeys) {
      next = row.key
      break
    } else byKey.set(version.key, [version])
  }
  for (const [key, versions] of byKey) sweepKey(s3, rules, key, versions)
  return next
}

function sweepKey(s3: S3, rules: Rules, key: string, versions: readonly Version[]): void {
  const own = rules.filter(({ prefix }) => key.startsWith(prefix))
  const { expires, removed: due } = dueVersions(own, versions, s3.now())
  const removed = versions.filter(
    ({ seq, facts }) => due.some((one) => one.seq === seq) && !isLocked({ facts }, s3.now()),
  )
  const [{ bucket } = { bucket: '' }] = versions
  if (!expires && removed.length === 0) return
  const ids = removed.map(({ versionId }) => versionId)
  const dropped = s3.database.transact(() => {
    const target = s3.buckets.get(bucket)
    const changes = ids.map((id) => s3.versions.deleteVersion(target, key, id))
    if (expires) changes.push(s3.versions.delete(target, key, s3.now()))
    return changes.flatMap((change) => change.dropped)
  })
  s3.bodies.remove(dropped)
}

function abortOldUploads(s3: S3, bucket: string, rules: Rules): void {
  for (const { uploadId, key, startedMs } of s3.uploads.all(bucket)) {
    const isOld = rules.some(
      ({ prefix, abortUploadsAfterDays: days }) =>
        days !== undefined && key.startsWith(prefix) && isDue(startedMs, days, s3.now()),
    )
    if (isOld) s3.bodies.remove(s3.database.transact(() => s3.uploads.abort(uploadId)))
  }
}
