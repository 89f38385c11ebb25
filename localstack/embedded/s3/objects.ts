import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { AwsError } from '../aws-error.ts'
import type { Answer } from '../edge/answer.ts'
import type { Log } from '../ports.ts'
import { type BodiesOptions, openBodies } from './bodies.ts'
import {
  createBucket,
  deleteBucket,
  deleteConfiguration,
  getBucketLocation,
  getBucketVersioning,
  getConfiguration,
  headBucket,
  listBuckets,
  putBucketVersioning,
  putConfiguration,
} from './bucket-operations.ts'
import { createBuckets } from './buckets.ts'
import { openDatabase } from './database.ts'
import { type LifecycleRule, writeLifecycle } from './lifecycle.ts'
import { sweepLifecycle } from './lifecycle-sweep.ts'
import { listMultipartUploads, listObjects, listObjectsV2, listObjectVersions } from './list-operations.ts'
import { listPage } from './listing.ts'
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listParts,
  uploadPart,
  uploadPartCopy,
} from './multipart-operations.ts'
import { getObjectLockConfiguration, getObjectRetention, putObjectLockConfiguration } from './object-lock.ts'
import { getObject, getObjectAttributes, headObject } from './read-objects.ts'
import type { Operation } from './recognize.ts'
import { type DefaultRetention, enableObjectLock } from './retention.ts'
import type { ObjectChange, Operate, S3, S3Call } from './s3.ts'
import { createUploads } from './uploads.ts'
import { createVersions } from './versions.ts'
import {
  copyObject,
  deleteObject,
  deleteObjects,
  deleteObjectTagging,
  getObjectTagging,
  putObject,
  putObjectTagging,
  readDelete,
} from './write-objects.ts'

export interface Objects {
  /** Carries a recognized request out. Throws `AwsError`. */
  answer(call: S3Call): Promise<Answer>
  /** Creates the bucket, or sets what is given on the one that is there. */
  ensureBucket(name: string, settings?: BucketSettings): Promise<void>
  /** In the order of their bytes. */
  keysUnder(bucketName: string, prefix: string): string[]
  /** The current version of an object; undefined when it is gone. */
  read(bucketName: string, key: string): { etag: string; body: Readable } | undefined
  /** Applies lifecycle rules, which happens by itself at the start and each hour. */
  sweep(): Promise<void>
  /** Must be called when no request is under way. */
  stop(): Promise<void>
}

export interface BucketSettings {
  isVersioned: boolean
  lifecycle: readonly LifecycleRule[]
  /** With Object Lock, which stays on once it was; and what each new object gets by it. */
  objectLock?: { retention?: DefaultRetention | undefined } | undefined
}

export interface ObjectsOptions extends Pick<Partial<BodiesOptions>, 'openFile'> {
  /** The stack's data folder; a folder `s3` is made in it. */
  dataDir: string
  log: Log
  /** After an object is stored or removed. */
  onObject?: ((change: ObjectChange) => void) | undefined
  /** Epoch milliseconds. */
  now?: (() => number) | undefined
  /** Random, and safe in addresses and file names. */
  newId?: () => string
}

const sweepIntervalMs = 60 * 60 * 1000

const operations: Record<Operation, Operate> = {
  ListBuckets: listBuckets,
  CreateBucket: createBucket,
  HeadBucket: headBucket,
  DeleteBucket: deleteBucket,
  GetBucketLocation: getBucketLocation,
  GetBucketVersioning: getBucketVersioning,
  PutBucketVersioning: putBucketVersioning,
  GetBucketTagging: getConfiguration('tagging'),
  PutBucketTagging: putConfiguration('tagging', 204),
  DeleteBucketTagging: deleteConfiguration('tagging'),
  GetPublicAccessBlock: getConfiguration('publicAccessBlock'),
  PutPublicAccessBlock: putConfiguration('publicAccessBlock'),
  DeletePublicAccessBlock: deleteConfiguration('publicAccessBlock'),
  GetBucketEncryption: getConfiguration('encryption'),
  PutBucketEncryption: putConfiguration('encryption'),
  DeleteBucketEncryption: deleteConfiguration('encryption'),
  GetBucketLifecycleConfiguration: getConfiguration('lifecycle'),
  PutBucketLifecycleConfiguration: putConfiguration('lifecycle'),
  DeleteBucketLifecycle: deleteConfiguration('lifecycle'),
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListObjectVersions: listObjectVersions,
  ListMultipartUploads: listMultipartUploads,
  GetObject: getObject,
  HeadObject: headObject,
  GetObjectAttributes: getObjectAttributes,
  PutObject: putObject,
  CopyObject: copyObject,
  DeleteObject: deleteObject,
  DeleteObjects: async (s3, call) =>
    deleteObjects(s3, call, call.deletes ?? (await readDelete(call.headers, call.body))),
  GetObjectLockConfiguration: getObjectLockConfiguration,
  PutObjectLockConfiguration: putObjectLockConfiguration,
  GetObjectRetention: getObjectRetention,
  GetObjectTagging: getObjectTagging,
  PutObjectTagging: putObjectTagging,
  DeleteObjectTagging: deleteObjectTagging,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  ListParts: listParts,
}

/**
 * S3 on the stored data: metadata in a database, bytes in files. A write is acknowledged when its bytes and its row are on disk, so after a
 * kill an object is as it was before or as it was written, never between.
 */
export function openObjects(options: ObjectsOptions): Objects {
  const { dataDir, log, onObject = () => {}, now = Date.now, newId = randomId, openFile } = options
  const folder = join(dataDir, 's3')
  const database = openDatabase(join(folder, 'objects.db'))
  const buckets = createBuckets(database)
  const bodies = openBodies({
    folder,
    newId,
    isReferred: (blob) => database.get('SELECT 1 FROM pieces WHERE blob = ? LIMIT 1', blob) !== undefined,
    onProblem: log.warn,
    ...(openFile && { openFile }),
  })
  const versions = createVersions(database, buckets, newId)
  const uploads = createUploads(database)
  const s3: S3 = {
    database,
    buckets,
    versions,
    uploads,
    bodies,
    now,
    newId,
    tell: (change) =>
      queueMicrotask(() => {
        try {
          onObject(change)
        } catch (error) {
          log.warn(
            `${change.name} of ${change.bucketName}/${change.key} was told to nobody: ${(error as Error).message}`,
          )
        }
      }),
  }

  let sweeping: Promise<void> = Promise.resolve()
  const sweep = () => {
    sweeping = sweeping.then(() => sweepLifecycle(s3))
    return sweeping
  }
  const sweepByItself = () =>
    void sweep().catch((error: Error) => {
      sweeping = Promise.resolve()
      log.warn(`lifecycle rules could not be applied, which is tried again in an hour: ${error.message}`)
    })
  const timer = setInterval(sweepByItself, sweepIntervalMs)
  timer.unref()
  sweepByItself()

  async function close(): Promise<void> {
    clearInterval(timer)
    await sweeping.catch(() => {})
    await bodies.settled()
    database.close()
  }
  let stopping: Promise<void> | undefined

  return {
    sweep,
    async answer(call) {
      try {
        return await operations[call.operation](s3, call)
      } catch (error) {
        throw isDiskFull(error) ? refusedByFullDisk(call, folder, log) : error
      }
    },
    async ensureBucket(name, settings) {
      buckets.create(name, now())
      if (!settings) return
      const { isVersioned, lifecycle, objectLock } = settings
      if (objectLock) enableObjectLock(buckets, name, objectLock.retention)
      else if (isVersioned) buckets.setVersioning(name, 'Enabled')
      else if (buckets.get(name).versioning === 'Enabled') buckets.setVersioning(name, 'Suspended')
      buckets.set(name, 'lifecycle', lifecycle.length === 0 ? undefined : writeLifecycle(lifecycle))
    },
    keysUnder(bucketName, prefix) {
      const query = { prefix: Buffer.from(prefix), delimiter: Buffer.alloc(0), maxKeys: Number.POSITIVE_INFINITY }
      const { entries } = listPage((from) => versions.objectsFrom(bucketName, from), query)
      return entries.map(({ key }) => key.toString())
    },
    read(bucketName, key) {
      const version = versions.current(bucketName, key)
      if (!version) return undefined
      const { etag, sizeBytes } = version
      return { etag, body: bodies.stream(versions.piecesOf(version), { start: 0, end: sizeBytes - 1 }) }
    },
    stop() {
      stopping ??= close()
      return stopping
    },
  }
}

function randomId(): string {
  return randomBytes(24).toString('hex')
}

function isDiskFull(error: unknown): boolean {
  const { code, errcode } = error as { code?: string; errcode?: number }
  // SQLITE_FULL
  return code === 'ENOSPC' || code === 'EDQUOT' || (code === 'ERR_SQLITE_ERROR' && errcode === 13)
}

function refusedByFullDisk({ operation, bucket, key }: S3Call, folder: string, log: Log): AwsError {
  log.warn(
    `${operation} of ${bucket}/${key} failed, because the disk is full: free space for ${folder}, then repeat it`,
  )
  return new AwsError('ServiceUnavailable', 'The disk of the embedded stack is full; see its log.', 503)
}
