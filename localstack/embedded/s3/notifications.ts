import { accountId } from '../ports.ts'
import { region } from '../template/intrinsics.ts'
import type { BucketModel, BucketNotificationModel } from '../template/model.ts'
import { encodeKey } from './names.ts'
import type { ObjectChange } from './s3.ts'

export interface BucketNotificationsOptions {
  buckets: readonly BucketModel[]
  /** Calls a function some time later, and again when it fails, as S3 does by Lambda's asynchronous invocation. */
  invokeLater(functionRef: string, payload: unknown): void
  now?: () => Date
}

/**
 * Tells functions of objects that came or went, in the form of S3's events. What was answered is told at least once, as by S3, which may
 * be late by minutes; a kill between a write and its answer may lose the event.
 */
export function createBucketNotifications({
  buckets,
  invokeLater,
  now = () => new Date(),
}: BucketNotificationsOptions): (event: ObjectChange) => void {
  return (event) => {
    const bucket = buckets.find(({ name }) => name === event.bucketName)
    for (const [index, notification] of (bucket?.notifications ?? []).entries()) {
      if (!isMeant(notification, event)) continue
      invokeLater(notification.functionRef, { Records: [recordOf(event, now().toISOString(), `${index}`)] })
    }
  }
}

function isMeant({ event: pattern, prefix, suffix }: BucketNotificationModel, { name, key }: ObjectChange): boolean {
  const full = `s3:${name}`
  const matches = pattern.endsWith('*') ? full.startsWith(pattern.slice(0, -1)) : full === pattern
  return matches && key.startsWith(prefix) && key.endsWith(suffix)
}

/** Source: Amazon S3 User Guide, "Event message structure". Keys are encoded as in a form. */
function recordOf(event: ObjectChange, eventTime: string, configurationId: string) {
  const { name, bucketName, key, etag, sizeBytes, versionId, sequence } = event
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: region,
    eventTime,
    eventName: name,
    userIdentity: { principalId: accountId },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': `${sequence}`, 'x-amz-id-2': `${sequence}` },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: { name: bucketName, ownerIdentity: { principalId: accountId }, arn: `arn:aws:s3:::${bucketName}` },
      object: {
        key: encodeKey(key),
        ...(sizeBytes !== undefined && { size: sizeBytes }),
        ...(etag !== undefined && { eTag: etag }),
        ...(versionId !== undefined && { versionId }),
        sequencer: sequence.toString(16).toUpperCase().padStart(18, '0'),
      },
    },
  }
}
