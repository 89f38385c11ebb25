import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { S3ObjectStore } from '../../../gateways/object-store-s3.ts'
import { openObjects } from '../../../localstack/embedded/s3/objects.ts'
import { startOpenEdge } from '../../../localstack/embedded/test/edge/start-open-edge.ts'
import type { ObjectFixture } from './object-fixture.ts'

/** An S3 in which fixtures are made, each a bucket of its own. */
export interface S3 {
  fixture(options?: { versioned?: boolean }): Promise<ObjectFixture>
  stop(): Promise<void>
}

/** The embedded engine behind its edge, with a clock that a fixture can move. */
export async function startS3(): Promise<S3> {
  const dataDir = await mkdtemp(join(tmpdir(), 'steadfast-objects-'))
  const log = { info() {}, warn() {} }
  let aheadMs = 0
  const now = () => Date.now() + aheadMs
  const objects = openObjects({ dataDir, log, now })
  const edge = await startOpenEdge({ services: { objects }, log, now })
  const s3 = s3At(edge.origin)
  return {
    async fixture(options) {
      aheadMs = 0
      const advance = (seconds: number) => {
        aheadMs += seconds * 1000
      }
      return { ...(await s3.fixture(options)), now, advance }
    },
    async stop() {
      await s3.stop()
      await edge.stop()
      await objects.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Any S3, an emulator's for example. */
export function s3At(endpoint: string): S3 {
  const config = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
  }
  const client = new S3Client(config)
  const run = Date.now().toString(36)
  let fixtures = 0
  return {
    stop: async () => client.destroy(),
    async fixture({ versioned = false } = {}) {
      const Bucket = `twin-${run}-${++fixtures}`
      await client.send(new CreateBucketCommand({ Bucket }))
      const VersioningConfiguration = { Status: 'Enabled' } as const
      if (versioned) await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
      return {
        objects: new S3ObjectStore(Bucket, config),
        async upload(url, { 'Content-Length': _, ...headers }, bytes) {
          const response = await fetch(url, { method: 'PUT', headers, body: Buffer.from(bytes) })
          await response.arrayBuffer()
          return response.ok ? 'stored' : 'refused'
        },
        overwrite: async (Key, Body) => void (await client.send(new PutObjectCommand({ Bucket, Key, Body }))),
        metadataOf: async (Key) => (await client.send(new HeadObjectCommand({ Bucket, Key }))).Metadata ?? {},
        now: Date.now,
      }
    },
  }
}
