import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { type CallFault, FaultRule } from 'embedded-aws/faults'
import { afterEach, describe, expect, it } from 'vitest'
import type { ObjectStore } from '../../gateways/object-store.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { createFaults } from '../../localstack/embedded/faults/faults.ts'
import { clientOptions, ownEdge } from '../../localstack/embedded/test/edge/own-edge.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

const Bucket = 'files'
const bytes = new TextEncoder().encode('It burns.')

/** A bucket at the real edge with one object in it, seen through the gateway, and one more object that was put by hand. */
async function bench() {
  const faults = createFaults({
    log: { info: () => {}, warn: () => {} },
    functionOf: () => undefined,
    crash: () => {},
    killStack: () => {},
  })
  const edge = await ownEdge({}, { interceptors: [faults.interceptor] })
  await edge.parts.objects.ensureBucket(Bucket)
  const { maxAttempts: _, ...options } = clientOptions(edge)
  // As the gateway has it, but for the time it waits.
  const requestHandler = { connectionTimeout: 1_000, requestTimeout: 200, throwOnRequestTimeout: true }
  const objects = new S3ObjectStore(Bucket, { ...options, forcePathStyle: true, requestHandler })
  const client = new S3Client({ ...options, forcePathStyle: true })
  closers.push(
    () => client.destroy(),
    () => faults.stop(),
  )
  const put = (Key: string) => client.send(new PutObjectCommand({ Bucket, Key, Body: bytes }))
  await put('quarantine/1')
  const { etag = '' } = (await objects.head('quarantine/1')) ?? {}
  const keys = async () => (await objects.list('')).objects.map(({ key }) => key).toSorted()
  const inject = (operation: string, fault: CallFault, times?: number) => {
    const where = { service: 's3', operation }
    const rule = { name: 'one', at: 'call', where, fault, ...(times && { times }) } as const
    faults.book.add(FaultRule.parse(rule))
  }
  const struck = () => faults.book.list()[0]?.fired ?? 0
  return { edge, objects, etag, put, keys, inject, struck, mend: () => faults.book.clear() }
}

type Bench = Awaited<ReturnType<typeof bench>>

interface Use {
  operation: string
  make: (objects: ObjectStore, etag: string) => Promise<unknown>
  /** What it answers when all is well. */
  answers: (bench: Bench) => unknown
  /** What lies in the bucket after it. */
  after: string[]
}

const from = 'quarantine/1'
const uses: [string, Use][] = [
  [
    'a look',
    {
      operation: 'HeadObject',
      make: (objects) => objects.head(from),
      answers: ({ etag }) => ({ etag, sizeBytes: bytes.length, contentType: 'application/octet-stream' }),
      after: [from],
    },
  ],
  [
    'a read',
    {
      operation: 'GetObject',
      make: (objects, etag) => objects.read(from, { etag, bytesMax: 100 }),
      answers: () => bytes,
      after: [from],
    },
  ],
  [
    'a copy',
    {
      operation: 'CopyObject',
      make: (objects, etag) => objects.copy({ from, to: 'clean/1', etag, metadata: {} }),
      answers: () => 'copied',
      after: ['clean/1', from],
    },
  ],
  [
    'a removal',
    { operation: 'DeleteObject', make: (objects) => objects.delete(from), answers: () => undefined, after: [] },
  ],
]

const passing: [string, CallFault][] = [
  ['throttled', { do: 'throttle' }],
  ['never answered', { do: 'time-out', ms: 60_000 }],
  ['answered to nobody', { do: 'lose-answer' }],
  ['refused for a fault of the service', { do: 'refuse', error: 'InternalError', status: 500 }],
]
const lasting: [string, CallFault][] = [...passing, ['refused', { do: 'refuse', error: 'AccessDenied', status: 403 }]]

describe.each(uses)('%s at an object store', (_, { operation, make, answers, after }) => {
  it.each(passing)('that is %s once has the same result as without the fault', async (_name, fault) => {
    const store = await bench()
    store.inject(operation, fault, 1)
    expect(await make(store.objects, store.etag)).toEqual(answers(store))
    expect(store.struck()).toBe(1)
    expect(await store.keys()).toEqual(after)
  })

  it.each(lasting)(
    'that is %s each time has an unknown outcome, never that of a missing object',
    async (_name, fault) => {
      const store = await bench()
      store.inject(operation, fault)
      await expect(make(store.objects, store.etag)).rejects.toThrow()
      expect(store.struck()).toBeGreaterThan(0)
      store.mend()
      expect(await store.keys()).toEqual(fault.do === 'lose-answer' ? after : [from])
      // Made again, as a saga does, it finds whatever the lost ones have done.
      const again = make(store.objects, store.etag)
      if (operation === 'DeleteObject') await again
      else expect(await again).toEqual(answers(store))
      expect(await store.keys()).toEqual(after)
    },
  )
})

describe('an ETag condition of the object store', () => {
  it.each(passing)('holds even if the call is %s once', async (_name, fault) => {
    const store = await bench()
    const other = '"0123456789abcdef0123456789abcdef"'
    store.inject('CopyObject', fault, 1)
    expect(await store.objects.copy({ from, to: 'clean/1', etag: other, metadata: {} })).toBe('gone')
    store.mend()
    store.inject('GetObject', fault, 1)
    expect(await store.objects.read(from, { etag: other, bytesMax: 100 })).toBeUndefined()
    expect(store.struck()).toBe(1)
    expect(await store.keys()).toEqual([from])
  })

  it('makes the retry of an upload whose response was lost fail on the existing object, which stays unchanged', async () => {
    const store = await bench()
    const nowMs = Date.now()
    const sha256 = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
    const upload = { key: 'quarantine/2', contentType: 'text/plain', sizeBytes: bytes.length, sha256 }
    const { url, headers } = await store.objects.presignUpload({
      ...upload,
      nowMs,
      expiresAtMs: nowMs + 60_000,
    })
    const { 'Content-Length': _, ...sent } = headers
    const send = () => fetch(url, { method: 'PUT', headers: sent, body: bytes })
    store.inject('PutObject', { do: 'lose-answer' }, 1)
    await expect(send()).rejects.toThrow()
    const stored = await store.objects.head('quarantine/2')
    expect(stored?.sizeBytes).toBe(bytes.length)
    expect((await send()).status).toBe(412)
    expect(await store.objects.head('quarantine/2')).toEqual(stored)
  })

  it('leaves no object of an upload that was refused or never arrived', async () => {
    const store = await bench()
    store.inject('PutObject', { do: 'time-out', ms: 1 }, 1)
    await expect(store.put('quarantine/3')).resolves.toBeDefined()
    store.mend()
    store.inject('PutObject', { do: 'refuse', error: 'AccessDenied', status: 403 })
    await expect(store.put('quarantine/4')).rejects.toMatchObject({ name: 'AccessDenied' })
    expect(await store.keys()).toEqual([from, 'quarantine/3'])
  })
})
