import { createHash } from 'node:crypto'
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { Bucket, client, codeOf, put, raw, read, serveObjects } from './by-sdk.ts'

serveObjects()

describe('an object', () => {
  it('may be empty and without a type', async () => {
    const sent = await raw('PUT', '/files/empty')
    expect([sent.status, sent.headers]).toMatchObject([200, { etag: '"d41d8cd98f00b204e9800998ecf8427e"' }])
    expect(await read('empty')).toMatchObject({ text: '', ContentLength: 0, ContentType: 'binary/octet-stream' })
    await expect(read('empty', { Range: 'bytes=0-' })).rejects.toMatchObject({ name: 'InvalidRange' })
  })

  it('is read whole, in ranges, and under conditions', async () => {
    const { ETag } = await put('read', '0123456789')
    expect(await read('read', { Range: 'bytes=-3' })).toMatchObject({
      text: '789',
      ContentRange: 'bytes 7-9/10',
      AcceptRanges: 'bytes',
    })
    expect(await read('read', { Range: 'bytes=2-4' })).toMatchObject({
      text: '234',
      $metadata: { httpStatusCode: 206 },
    })
    await expect(read('read', { Range: 'bytes=10-' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 416 } })
    await expect(read('read', { IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } })
    await expect(read('read', { IfMatch: '"x"' })).rejects.toMatchObject({ name: 'PreconditionFailed' })
    expect(await read('read', { PartNumber: 1 })).toMatchObject({ text: '0123456789' })
    await expect(read('read', { PartNumber: 2 })).rejects.toMatchObject({ $metadata: { httpStatusCode: 416 } })
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'read', Range: 'bytes=0-1' }))).toMatchObject({
      ContentLength: 2,
    })
  })

  it('is written only under its conditions', async () => {
    const { ETag } = await put('conditions', 'one')
    const write = (more: object) =>
      client.send(new PutObjectCommand({ Bucket, Key: 'conditions', Body: 'two', ...more }))
    await expect(write({ IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' })
    await expect(write({ IfMatch: '"x"' })).rejects.toMatchObject({ name: 'PreconditionFailed' })
    await write({ IfMatch: ETag })
    expect((await read('conditions')).text).toBe('two')
    // Of several at once, one creates it.
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        client.send(new PutObjectCommand({ Bucket, Key: 'once', Body: 'x', IfNoneMatch: '*' })),
      ),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('keeps metadata of any script, and refuses an answer that headers cannot carry instead of cutting the connection', async () => {
    const utf8 = Buffer.from('naïve €').toString('latin1')
    expect((await raw('PUT', '/files/meta', { 'x-amz-meta-note': utf8, 'x-amz-meta-plain': 'a b' }, 'x')).status).toBe(
      200,
    )
    const { headers } = await raw('HEAD', '/files/meta')
    const note = `=?UTF-8?B?${Buffer.from('naïve €').toString('base64')}?=`
    expect(headers).toMatchObject({ 'x-amz-meta-note': note, 'x-amz-meta-plain': 'a b' })
    await expect(read('meta', { ResponseContentDisposition: 'attachment; filename="€"' })).rejects.toMatchObject({
      name: 'InvalidArgument',
      message: 'Header value cannot be represented using ISO-8859-1.',
    })
  })

  it('larger than memory should hold is streamed in and out, also when the reader leaves', async () => {
    const body = Buffer.alloc(3 * 1024 * 1024, 'abc')
    await put('large', body)
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'large' }))
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true)
    const left = await client.send(new GetObjectCommand({ Bucket, Key: 'large' }))
    await left.Body?.transformToWebStream().cancel()
    expect((await read('large', { Range: 'bytes=3-5' })).text).toBe('abc')
  })
})

describe('a checksum', () => {
  const algorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const

  it.each(algorithms)('%s of the SDK is verified, kept and given back', async (ChecksumAlgorithm) => {
    const Key = `sum-${ChecksumAlgorithm}`
    const stored = await client.send(new PutObjectCommand({ Bucket, Key, Body: 'hello', ChecksumAlgorithm }))
    const field = `Checksum${ChecksumAlgorithm}` as const
    expect(stored[field]).toMatch(/^[A-Za-z0-9+/]+=*$/)
    expect(await read(Key, { ChecksumMode: 'ENABLED' })).toMatchObject({
      [field]: stored[field],
      ChecksumType: 'FULL_OBJECT',
    })
    const wrong = Buffer.from(stored[field] ?? '', 'base64')
    wrong[0] = (wrong[0] ?? 0) ^ 1
    const headers = { [`x-amz-checksum-${ChecksumAlgorithm.toLowerCase()}`]: wrong.toString('base64') }
    expect(codeOf(await raw('PUT', `/files/${Key}`, headers, 'hello'))).toBe('BadDigest')
    expect((await read(Key)).text).toBe('hello')
  })

  it.each([
    [{ 'content-md5': createHash('md5').update('other').digest('base64') }, 'BadDigest'],
    [{ 'content-md5': 'AAAA' }, 'InvalidDigest'],
    [{ 'x-amz-content-sha256': createHash('sha256').update('other').digest('hex') }, 'XAmzContentSHA256Mismatch'],
    [{ 'x-amz-content-sha256': 'abc' }, 'InvalidArgument'],
    [{ 'x-amz-checksum-crc32': 'AAAA' }, 'InvalidRequest'],
  ])('promised by %j that is wrong stores nothing', async (headers, code) => {
    expect(codeOf(await raw('PUT', '/files/never', headers as Record<string, string>, 'hello'))).toBe(code)
    await expect(read('never')).rejects.toMatchObject({ name: 'NoSuchKey' })
  })

  it('in a trailer is verified', async () => {
    const headers = {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': '5',
      'x-amz-trailer': 'x-amz-checksum-crc32',
    }
    const chunked = (sum: string) => `5\r\nhello\r\n0\r\nx-amz-checksum-crc32:${sum}\r\n\r\n`
    expect((await raw('PUT', '/files/trailer', headers, chunked('NhCmhg=='))).status).toBe(200)
    const stored = await read('trailer')
    expect([stored.text, stored.ContentEncoding]).toEqual(['hello', undefined])
    expect(codeOf(await raw('PUT', '/files/trailer', headers, chunked('AAAAAA==')))).toBe('BadDigest')
    expect(codeOf(await raw('PUT', '/files/trailer', headers, '5\r\nhello\r\n0\r\n\r\n'))).toBe('InvalidRequest')
    const long = await raw('PUT', '/files/trailer', headers, `?\r\n${'x'.repeat(2 * 1024 * 1024)}`)
    expect(codeOf(long)).toBe('IncompleteBody')
    const short = { ...headers, 'x-amz-decoded-content-length': '6' }
    expect(codeOf(await raw('PUT', '/files/trailer', short, chunked('NhCmhg==')))).toBe('IncompleteBody')
  })
})
