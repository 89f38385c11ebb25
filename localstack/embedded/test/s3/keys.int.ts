import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { Bucket, client, codeOf, objects, put, raw, read, serveObjects } from './by-sdk.ts'

serveObjects()

/** Without a client, for many. */
const store = (key: string) =>
  objects.answer({
    operation: 'PutObject',
    bucket: Bucket,
    key,
    query: new URLSearchParams(),
    headers: { 'content-length': '0' },
    body: Readable.from([]),
  })

describe('keys', () => {
  const strange = [
    ...['a/../b.txt', 'b.txt', 'a/..', '../up', './here', '//', 'a//b', 'trailing/'],
    ...[
      'control \u0001\u001f\u007f',
      'line\r\nfeed\t',
      'ü €😀',
      '100%',
      '%2e%2e',
      'a+b c',
      'q?x=1#y',
      '<&>\'"',
      '\u00a0\u2028',
    ],
  ]

  it('are data, whatever their characters: each has its own object, is listed, copied and deleted', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'keys-before', Body: 'kept' }))
    for (const key of strange) await put(key, key)
    for (const key of strange) expect((await read(key)).text).toBe(key)
    const listed = async () => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }))
      return Contents.map(({ Key }) => Key)
    }
    expect((await listed()).filter((key) => strange.includes(key ?? '')).toSorted()).toEqual(strange.toSorted())
    const encoded = await raw('GET', '/files?list-type=2&encoding-type=url')
    const keys = [...encoded.text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) =>
      decodeURIComponent(key.replaceAll('+', ' ')),
    )
    expect(keys).toEqual(expect.arrayContaining(strange))
    for (const key of strange) {
      const CopySource = `files/${encodeURIComponent(key)}`
      await client.send(new CopyObjectCommand({ Bucket, Key: `copy of ${key}`, CopySource }))
      expect((await read(`copy of ${key}`)).text).toBe(key)
    }
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a/..' }))
    const Objects = strange.map((Key) => ({ Key }))
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    expect((await listed()).filter((key) => strange.includes(key ?? ''))).toEqual([])
    expect((await read('keys-before')).text).toBe('kept')
  })

  it('of mixed case are listed in the order of their bytes, each once over all pages', async () => {
    const keys = Array.from(
      { length: 1200 },
      (_, index) => `mix/${index % 3 === 0 ? 'K' : 'k'}${(index * 7919) % 1200}/${index % 2 ? 'É' : 'e'}`,
    )
    const batches = Array.from({ length: 24 }, (_, batch) => keys.slice(batch * 50, (batch + 1) * 50))
    for (const batch of batches) await Promise.all(batch.map(store))
    const found: string[] = []
    const prefixes: string[] = []
    for (const [Delimiter, list] of [
      [undefined, found],
      ['/', prefixes],
    ] as const) {
      let ContinuationToken: string | undefined
      do {
        const page = await client.send(
          new ListObjectsV2Command({ Bucket, Prefix: 'mix/', MaxKeys: 113, ContinuationToken, Delimiter }),
        )
        list.push(...(page.Contents ?? []).map(({ Key = '' }) => Key))
        list.push(...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix))
        ContinuationToken = page.NextContinuationToken
      } while (ContinuationToken)
    }
    const inOrder = (texts: string[]) => texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    expect(found).toEqual(inOrder(keys))
    expect(prefixes).toEqual(inOrder(keys.map((key) => key.replace(/[^/]+$/, ''))))
  })

  it('that are too long or no UTF-8 are refused', async () => {
    await expect(put('k'.repeat(1025))).rejects.toMatchObject({ name: 'KeyTooLongError' })
    expect(codeOf(await raw('PUT', '/files/%ff'))).toBe('InvalidURI')
  })
})

describe('a bucket with versions', () => {
  it('keeps what is overwritten and deleted, until the version itself is deleted', async () => {
    const Key = 'versions/k'
    await put(Key, 'zero')
    const status = (Status: 'Enabled' | 'Suspended') =>
      client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }))
    await status('Enabled')
    const { VersionId: one } = await put(Key, 'one')
    const { VersionId: marker, DeleteMarker } = await client.send(new DeleteObjectCommand({ Bucket, Key }))
    expect([DeleteMarker, one === marker]).toEqual([true, false])
    await expect(read(Key)).rejects.toMatchObject({ name: 'NoSuchKey' })
    await expect(read(Key, { VersionId: marker })).rejects.toMatchObject({ name: 'MethodNotAllowed' })
    expect((await read(Key, { VersionId: one })).text).toBe('one')
    expect((await read(Key, { VersionId: 'null' })).text).toBe('zero')
    const list = async (more: object = {}) =>
      client.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key, ...more }))
    const { Versions = [], DeleteMarkers = [] } = await list()
    expect(Versions.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
      [one, false],
      ['null', false],
    ])
    expect(DeleteMarkers.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([[marker, true]])
    const first = await list({ MaxKeys: 2 })
    expect(first).toMatchObject({ NextKeyMarker: Key, NextVersionIdMarker: one, IsTruncated: true })
    const { Versions: rest = [] } = await list({ KeyMarker: Key, VersionIdMarker: one })
    expect(rest.map(({ VersionId }) => VersionId)).toEqual(['null'])
    await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId: marker }))
    expect((await read(Key)).text).toBe('one')
    await status('Suspended')
    await put(Key, 'new null')
    expect((await list()).Versions?.map(({ VersionId }) => VersionId)).toEqual(['null', one])
    const Objects = [
      { Key, VersionId: one },
      { Key, VersionId: 'null' },
    ]
    const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    expect(Deleted).toHaveLength(2)
    expect((await list()).Versions).toBeUndefined()
  })
})
