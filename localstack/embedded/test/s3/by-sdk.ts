import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll } from 'vitest'
import { type Objects, openObjects } from '../../s3/objects.ts'
import { startOpenEdge } from '../edge/start-open-edge.ts'

export const Bucket = 'files'
let close: () => Promise<void>
export let objects: Objects
export let client: S3Client
let origin: string

/** For a file, whose tests have keys of their own: an edge with a bucket. */
export function serveObjects(): void {
  beforeAll(serve)
  afterAll(() => close())
}

async function serve(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'embedded-aws-s3-'))
  const log = { info: () => {}, warn: (message: string) => console.warn(message) }
  objects = openObjects({ dataDir, log })
  await objects.ensureBucket(Bucket)
  const edge = await startOpenEdge({ services: { objects }, log })
  origin = edge.origin
  client = new S3Client({
    endpoint: origin,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    forcePathStyle: true,
  })
  close = async () => {
    client.destroy()
    await edge.stop()
    await objects.stop()
    rmSync(dataDir, { recursive: true })
  }
}

export const put = (Key: string, Body: string | Buffer = 'x') =>
  client.send(new PutObjectCommand({ Bucket, Key, Body }))
export const read = async (Key: string, more: object = {}) => {
  const { Body, ...facts } = await client.send(new GetObjectCommand({ Bucket, Key, ...more }))
  return { ...facts, text: (await Body?.transformToString()) ?? '' }
}

/** Sent as it is, by a client that neither adds nor mends anything. */
export async function raw(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body: string | Buffer = '',
) {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00'
  const length = { 'content-length': String(Buffer.byteLength(body)) }
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; headers: object; text: string }>()
  const sent = request(`${origin}/x`, { method, path, headers: { authorization, ...length, ...headers } }, (answer) => {
    let text = ''
    answer.setEncoding('utf8')
    answer.on('data', (part: string) => {
      text += part
    })
    answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
  })
  sent.on('error', reject)
  // As bytes: Node would encode headers like a text that follows them.
  sent.end(Buffer.from(body))
  return promise
}

export const codeOf = ({ text }: { text: string }) => /<Code>(\w+)<\/Code>/.exec(text)?.[1]
