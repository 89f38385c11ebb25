import type { ObjectEvent } from './edge/start-queues-and-objects.ts'
import { region } from './template/intrinsics.ts'
import type { BucketModel, BucketNotificationModel } from './template/model.ts'

export interface BucketNotificationsOptions {
  buckets: readonly BucketModel[]
  /** Calls a function some time later, and again when it fails, as S3 does by Lambda's asynchronous invocation. */
  invokeLater(functionRef: string, payload: unknown): void
  now?: () => Date
}

/**
 * Tells functions of objects that came or went, in the form of S3's events. At most once here: an event on its way is lost when the
 * stack is killed. (S3 delivers at least once, but may be late by minutes.)
 */
export function createBucketNotifications({
  buckets,
  invokeLater,
  now = () => new Date(),
}: BucketNotificationsOptions): (event: ObjectEvent) => void {
  let sequence = 0
  return (event) => {
    const bucket = buckets.find(({ name }) => name === event.bucketName)
    for (const notification of bucket?.notifications ?? []) {
      if (!isMeant(notification, event)) continue
      const sequencer = `${now().getTime().toString(16)}${(sequence++).toString(16).padStart(8, '0')}`.toUpperCase()
      invokeLater(notification.functionRef, { Records: [recordOf(event, now().toISOString(), sequencer)] })
    }
  }
}

const eventNames = { created: 'ObjectCreated:Put', removed: 'ObjectRemoved:Delete' } as const

function isMeant({ event: pattern, prefix, suffix }: BucketNotificationModel, { kind, key }: ObjectEvent): boolean {
  const name = `s3:${eventNames[kind]}`
  const matches = pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
  return matches && key.startsWith(prefix) && key.endsWith(suffix)
}

/** Source: Amazon S3 User Guide, "Event message structure". Keys are encoded as in a form. */
function recordOf({ kind, bucketName, key, etag, sizeBytes }: ObjectEvent, eventTime: string, sequencer: string) {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: region,
    eventTime,
    eventName: eventNames[kind],
    s3: {
      s3SchemaVersion: '1.0',
      bucket: { name: bucketName, arn: `arn:aws:s3:::${bucketName}` },
      object: {
        key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
        ...(etag !== undefined && { eTag: etag.replaceAll('"', '') }),
        ...(sizeBytes !== undefined && { size: sizeBytes }),
        sequencer,
      },
    },
  }
}
