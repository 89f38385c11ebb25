import { describe, expect, it } from 'vitest'
import { judgeCopySource, judgeRead, judgeWrite } from '../../s3/conditions.ts'
import { dueVersions, isDue, type LifecycleRule, parseLifecycle, writeLifecycle } from '../../s3/lifecycle.ts'
import { checkBucketName, checkKey, decodeKey, encodeKey } from '../../s3/names.ts'
import { parseRange } from '../../s3/ranges.ts'
import { copySource, recognizeS3 } from '../../s3/recognize.ts'

/** What it returns, or the code of the error that it throws. */
function outcome(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return (error as { code?: string }).code
  }
}

describe('a key', () => {
  it.each([
    ['a%20b', 'a b'],
    ['a+b', 'a+b'],
    ['a/../b.txt', 'a/../b.txt'],
    ['a/..', 'a/..'],
    ['%2e%2E/./x', '.././x'],
    ['100%25', '100%'],
    ['%E2%82%AC', '€'],
    ['%00%01%7f', '\u0000\u0001\u007f'],
    ['%252F', '%2F'],
  ])('%s in an address is the bytes that it encodes', (encoded, key) => {
    expect(decodeKey(encoded)).toBe(key)
  })

  it('that is not UTF-8, not encoded properly, or longer than 1,024 bytes, is refused', () => {
    for (const encoded of ['%ff', '%zz', '100%', '%4']) expect(outcome(() => decodeKey(encoded))).toBe('InvalidURI')
    expect(outcome(() => checkKey('ä'.repeat(512)))).toBeUndefined()
    expect(outcome(() => checkKey(`${'ä'.repeat(512)}x`))).toBe('KeyTooLongError')
  })

  it('is encoded like a form, with its slashes', () => {
    expect(encodeKey("a b/ü+'(1)~*.txt")).toBe('a+b/%C3%BC%2B%27%281%29%7E*.txt')
  })
})

describe('a bucket name', () => {
  it.each(['ab', 'A-b', 'a..b', '-ab', 'ab-', '1.2.3.4', 'a_b', 'a'.repeat(64)])('%s is refused', (name) => {
    expect(outcome(() => checkBucketName(name))).toBe('InvalidBucketName')
  })

  it.each(['abc', 'a.b-c', '1.2.3.4.5', 'a'.repeat(63)])('%s is taken', (name) => {
    expect(outcome(() => checkBucketName(name))).toBeUndefined()
  })
})

describe('a request', () => {
  const recognize = (method: string, host: string, path: string, headers: Record<string, string> = {}) =>
    outcome(() => {
      const [before = '', query] = path.split('?')
      const { operation, bucket, key } = recognizeS3(
        method,
        host,
        { path: before, query: new URLSearchParams(query) },
        headers,
      )
      return [operation, bucket, key]
    })

  it.each([
    ['GET', '127.0.0.1:4566', '/', ['ListBuckets', '', '']],
    ['GET', 'localhost', '/files/a/../b', ['GetObject', 'files', 'a/../b']],
    ['DELETE', 'localhost', '/files/a/..', ['DeleteObject', 'files', 'a/..']],
    ['DELETE', 'localhost', '/files/', ['DeleteBucket', 'files', '']],
    ['PUT', 'files.s3.localhost:4566', '//x', ['PutObject', 'files', '/x']],
    ['GET', 'files.localhost', '/?list-type=2', ['ListObjectsV2', 'files', '']],
    ['GET', 'a.b.s3.us-east-1.localhost.localstack.cloud', '/k', ['GetObject', 'a.b', 'k']],
    ['GET', 's3.us-east-1.localhost.localstack.cloud', '/files/k', ['GetObject', 'files', 'k']],
    ['POST', 'localhost', '/files/k?uploads', ['CreateMultipartUpload', 'files', 'k']],
    ['PUT', 'localhost', '/files/k?partNumber=1&uploadId=u', ['UploadPart', 'files', 'k']],
  ])('%s %s%s is recognized by path or by host', (method, host, path, expected) => {
    expect(recognize(method, host, path)).toEqual(expected)
  })

  it.each([
    ['GET', '/files?cors', {}],
    ['PUT', '/files/k?acl', {}],
    ['PUT', '/files/k?retention', {}],
    ['POST', '/files', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['PUT', '/files/k', { 'x-amz-object-lock-mode': 'GOVERNANCE' }],
    ['PUT', '/files/k', { 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }],
    ['PUT', '/files/k', { 'x-amz-storage-class': 'GLACIER' }],
    ['PATCH', '/files/k', {}],
  ])('%s %s that is not supported is refused by name', (method, path, headers) => {
    expect(recognize(method, 'localhost', path, headers as Record<string, string>)).toBe('NotImplemented')
  })

  it('names the source of a copy, its version too', () => {
    const source = (header: string) => outcome(() => copySource({ 'x-amz-copy-source': header }))
    expect(source('/files/a%20b/%3F?versionId=v1')).toEqual({ bucket: 'files', key: 'a b/?', versionId: 'v1' })
    expect(source('files')).toBe('InvalidArgument')
  })
})

describe('a range', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=2-', { start: 2, end: 9 }],
    ['bytes=5-100', { start: 5, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=-100', { start: 0, end: 9 }],
    ['bytes=10-', 'InvalidRange'],
    ['bytes=-0', 'InvalidRange'],
    ['bytes=3-2', undefined],
    ['bytes=0-1,3-4', undefined],
    ['lines=0-1', undefined],
    ['bytes=-', undefined],
  ])('%s of ten bytes', (header, expected) => {
    expect(outcome(() => parseRange(header, 10))).toEqual(expected)
  })

  it('of an empty object cannot be satisfied', () => {
    expect(['bytes=0-', 'bytes=-1'].map((header) => outcome(() => parseRange(header, 0)))).toEqual([
      ...['InvalidRange', 'InvalidRange'],
    ])
  })
})

describe('a condition', () => {
  const present = { etag: 'abc', modifiedMs: Date.UTC(2026, 0, 1, 0, 0, 0, 900) }
  const before = 'Wed, 31 Dec 2025 23:59:59 GMT'
  const at = 'Thu, 01 Jan 2026 00:00:00 GMT'

  it.each([
    [{}, 'send'],
    [{ 'if-match': '"abc"' }, 'send'],
    [{ 'if-match': '"x", "abc"' }, 'send'],
    [{ 'if-match': '"x"' }, 'PreconditionFailed'],
    [{ 'if-match': '"abc"', 'if-unmodified-since': before }, 'send'],
    [{ 'if-unmodified-since': before }, 'PreconditionFailed'],
    [{ 'if-unmodified-since': at }, 'send'],
    [{ 'if-none-match': 'W/"abc"' }, 'not-modified'],
    [{ 'if-none-match': '"x"', 'if-modified-since': at }, 'send'],
    [{ 'if-modified-since': at }, 'not-modified'],
    [{ 'if-modified-since': before }, 'send'],
    [{ 'if-modified-since': 'yesterday' }, 'send'],
  ])('of a read, %j', (headers, expected) => {
    expect(outcome(() => judgeRead(headers, present))).toBe(expected)
  })

  it.each([
    [{ 'if-none-match': '*' }, present, 'PreconditionFailed'],
    [{ 'if-none-match': '*' }, undefined, undefined],
    [{ 'if-none-match': '"abc"' }, undefined, 'NotImplemented'],
    [{ 'if-match': '"abc"' }, present, undefined],
    [{ 'if-match': '"x"' }, present, 'PreconditionFailed'],
    [{ 'if-match': '"abc"' }, undefined, 'NoSuchKey'],
  ])('of a write, %j on %j', (headers, stored, expected) => {
    expect(outcome(() => judgeWrite(headers, stored))).toBe(expected)
  })

  it.each([
    ['match', '"abc"', undefined],
    ['match', '"x"', 'PreconditionFailed'],
    ['none-match', '"abc"', 'PreconditionFailed'],
    ['modified-since', at, 'PreconditionFailed'],
    ['modified-since', before, undefined],
    ['unmodified-since', before, 'PreconditionFailed'],
  ])('of a copy, %s %s', (name, value, expected) => {
    expect(outcome(() => judgeCopySource({ [`x-amz-copy-source-if-${name}`]: value }, present))).toBe(expected)
  })
})

describe('a lifecycle rule', () => {
  const day = 86_400_000
  const rule: LifecycleRule = { isEnabled: true, prefix: '' }
  const version = (seq: number, modifiedMs: number, isMarker = false) => ({ seq, modifiedMs, isMarker })

  it('is due at the midnight after its days', () => {
    expect([0.5 * day, 1.5 * day].map((since) => isDue(since, 1, 2 * day))).toEqual([true, false])
    expect(isDue(day, 1, 2 * day)).toBe(true)
  })

  it('expires what is current, and removes older versions by the time since which they are older', () => {
    const expires = { ...rule, expirationDays: 2 }
    expect(dueVersions([expires], [version(1, 0)], 2 * day)).toEqual({ expires: true, removed: [] })
    expect(dueVersions([expires], [version(1, 1)], 2 * day)).toEqual({ expires: false, removed: [] })
    const versions = [version(3, 5 * day), version(2, day), version(1, 0)]
    const older = { ...rule, noncurrentDays: 3 }
    expect(dueVersions([older], versions, 6 * day).removed.map(({ seq }) => seq)).toEqual([1])
    expect(
      dueVersions([{ ...older, noncurrentVersionsKept: 1 }], versions, 9 * day).removed.map(({ seq }) => seq),
    ).toEqual([1])
    expect(dueVersions([older], versions, 9 * day).removed.map(({ seq }) => seq)).toEqual([2, 1])
  })

  it('removes a delete marker only when nothing is behind it', () => {
    const markers = { ...rule, expiresDeleteMarkers: true }
    const marker = version(2, day, true)
    expect(dueVersions([markers], [marker], 2 * day).removed).toEqual([marker])
    expect(dueVersions([markers], [marker, version(1, 0)], 2 * day).removed).toEqual([])
  })

  it('is the same when it is written and read', () => {
    const rules: LifecycleRule[] = [
      { isEnabled: true, prefix: 'a&b/', expirationDays: 1, noncurrentDays: 2, abortUploadsAfterDays: 3 },
      { isEnabled: false, prefix: '', expiresDeleteMarkers: true, noncurrentDays: 2, noncurrentVersionsKept: 4 },
    ]
    expect(JSON.parse(JSON.stringify(parseLifecycle(writeLifecycle(rules))))).toEqual(rules)
  })

  it('that asks for more than expiry is refused', () => {
    const document = (inner: string) =>
      outcome(() =>
        parseLifecycle(
          `<LifecycleConfiguration><Rule>${inner}<Status>Enabled</Status></Rule></LifecycleConfiguration>`,
        ),
      )
    expect(document('<Transition><Days>1</Days></Transition>')).toBe('NotImplemented')
    expect(document('<Filter><Tag/></Filter><Expiration><Days>1</Days></Expiration>')).toBe('NotImplemented')
    expect(document('<Expiration><Days>0</Days></Expiration>')).toBe('InvalidArgument')
    expect(document('<Prefix>x</Prefix>')).toBe('InvalidRequest')
  })
})
