import {
  CopyObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import { statusOf } from './object-store-s3.ts'
import type { ObjectVersion, ObjectVersions } from './object-versions.ts'

/** {@link ObjectVersions} of an S3 bucket. It takes `s3:ListBucketVersions`, `s3:GetObjectVersion` and `s3:PutObject`. */
export class S3ObjectVersions implements ObjectVersions {
  readonly #client: S3Client
  readonly #bucket: string

  constructor(bucket: string, config: S3ClientConfig = {}) {
    this.#bucket = bucket
    // Emulators resolve no host name per bucket.
    this.#client = new S3Client({ forcePathStyle: config.endpoint !== undefined, ...config })
  }

  async list(key: string): Promise<ObjectVersion[]> {
    const versions: ObjectVersion[] = []
    let KeyMarker: string | undefined
    let VersionIdMarker: string | undefined
    do {
      const page = await this.#client.send(
        new ListObjectVersionsCommand({ Bucket: this.#bucket, Prefix: key, KeyMarker, VersionIdMarker }),
      )
      for (const { Key, VersionId, Size = 0 } of page.Versions ?? [])
        if (Key === key && VersionId !== undefined) versions.push({ versionId: VersionId, sizeBytes: Size })
      KeyMarker = page.NextKeyMarker
      VersionIdMarker = page.NextVersionIdMarker
    } while (KeyMarker !== undefined)
    return versions
  }

  async read(key: string, versionId: string): Promise<Uint8Array | undefined> {
    try {
      const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key, VersionId: versionId })
      return await (await this.#client.send(command)).Body?.transformToByteArray()
    } catch (error) {
      if (statusOf(error) === 404) return undefined
      throw error
    }
  }

  async restore(key: string, versionId: string): Promise<void> {
    const path = key.split('/').map(encodeURIComponent).join('/')
    const CopySource = `${this.#bucket}/${path}?versionId=${encodeURIComponent(versionId)}`
    await this.#client.send(new CopyObjectCommand({ Bucket: this.#bucket, Key: key, CopySource }))
  }
}
