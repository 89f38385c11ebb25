import { createHash } from 'node:crypto'
import { S3Client } from '@aws-sdk/client-s3'
import { SignatureV4 } from '@smithy/signature-v4'
import { beforeEach, describe, expect, it } from 'vitest'
import { type OwnEdge, ownEdge } from './own-edge.ts'

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5)

interface Wanted {
  method?: string
  path?: string
  headers?: Record<string, string>
  query?: Record<string, string>
  accessKeyId?: string
  secretAccessKey?: string
  expiresIn?: number
  signedAtMs?: number
}

/** The address as an SDK's presigner makes it. */
async function presign(edge: OwnEdge, wanted: Wanted = {}): Promise<string> {
  const {
    method = 'GET',
    path = '/files/a%20b.txt',
    headers = {},
    query = {},
    expiresIn = 60,
    signedAtMs = nowMs,
  } = wanted
  const { host, hostname, port } = new URL(edge.origin)
  const client = new S3Client({ region: 'us-east-1' })
  const signer = new SignatureV4({
    service: 's3',
    region: 'us-east-1',
    sha256: client.config.sha256,
    uriEscapePath: false,
    credentials: { accessKeyId: wanted.accessKeyId ?? 'test', secretAccessKey: wanted.secretAccessKey ?? 'test' },
  })
  const request = {
    method,
    protocol: 'http:',
    hostname,
    port: Number(port),
    path,
    query,
    headers: { host, ...headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
  }
  const signed = await signer.presign(request, {
    expiresIn,
    signingDate: new Date(signedAtMs),
    unhoistableHeaders: new Set(Object.keys(headers)),
    unsignableHeaders: new Set(['x-amz-content-sha256']),
  })
  const search = new URLSearchParams(signed.query as Record<string, string>).toString().replaceAll('+', '%20')
  return `${edge.origin}${path}?${search}`
}

const codeOf = async (answer: Response) => [answer.status, /<Code>(\w+)<\/Code>/.exec(await answer.text())?.[1]]

describe('a presigned URL', () => {
  let edge: OwnEdge

  beforeEach(async () => {
    const statements = [{ effect: 'Allow' as const, actions: ['s3:*'], resources: ['*'] }]
    const roles = { SESSION: statements, GONE: statements }
    edge = await ownEdge({}, { roles, now: () => nowMs })
    await edge.parts.objects.ensureBucket('files')
    const put = await fetch(await presign(edge, { method: 'PUT' }), { method: 'PUT', body: 'hello' })
    expect(put.status).toBe(200)
  })

  it('uploads and downloads without any header', async () => {
    const got = await fetch(
      await presign(edge, { query: { 'response-content-disposition': 'attachment; filename="x y"' } }),
    )
    expect([got.status, await got.text(), got.headers.get('content-disposition')]).toEqual([
      200,
      'hello',
      'attachment; filename="x y"',
    ])
  })

  it('is valid for its method, path, query and signed headers only', async () => {
    const address = await presign(edge)
    expect(await codeOf(await fetch(address, { method: 'PUT', body: 'x' }))).toEqual([403, 'SignatureDoesNotMatch'])
    expect(await codeOf(await fetch(address.replace('a%20b', 'other')))).toEqual([403, 'SignatureDoesNotMatch'])
    expect(await codeOf(await fetch(`${address}&response-content-type=text/html`))).toEqual([
      403,
      'SignatureDoesNotMatch',
    ])
    expect(await codeOf(await fetch(address, { headers: { 'x-amz-meta-a': 'b' } }))).toEqual([403, 'AccessDenied'])
    const other = address.replace(
      /X-Amz-Signature=(.)/,
      (_all, first) => `X-Amz-Signature=${first === '0' ? '1' : '0'}`,
    )
    expect(await codeOf(await fetch(other))).toEqual([403, 'SignatureDoesNotMatch'])
    const upload = await presign(edge, {
      method: 'PUT',
      headers: { 'content-type': 'image/png', 'content-length': '3' },
    })
    const put = (type: string, body: string) =>
      fetch(upload, { method: 'PUT', headers: { 'content-type': type }, body })
    expect((await put('image/png', 'abc')).status).toBe(200)
    expect(await codeOf(await put('text/html', 'abc'))).toEqual([403, 'SignatureDoesNotMatch'])
    expect(await codeOf(await put('image/png', 'abcd'))).toEqual([403, 'SignatureDoesNotMatch'])
  })

  it.each([
    ['in time', { signedAtMs: nowMs - 59_000 }, 200],
    ['too late', { signedAtMs: nowMs - 61_000 }, 403],
    ['from the future', { signedAtMs: nowMs + 16 * 60_000 }, 403],
    ['of a developer with any key', { accessKeyId: 'AKIA1' }, 200],
    ['of a session, with its secret', { accessKeyId: 'SESSION', secretAccessKey: 'secret' }, 200],
    ['of a session, with the developer’s secret', { accessKeyId: 'SESSION' }, 403],
    ['of a session that is gone', { accessKeyId: 'GONE' }, 403],
    ['with another secret', { secretAccessKey: 'other' }, 403],
    ['for more than a week', { expiresIn: 604_800 }, 200],
  ])('%s', async (_when, wanted, status) => {
    expect((await fetch(await presign(edge, wanted))).status).toBe(status)
  })

  it.each([
    ['a developer, with keys that everyone knows', { accessKeyId: 'anyone' }, [403, 'AccessDenied']],
    ['a developer, with the sample keys', {}, [403, 'AccessDenied']],
    ['a session whose secret is not known', { accessKeyId: 'SESSION' }, [403, 'SignatureDoesNotMatch']],
    ['a function', { accessKeyId: 'SESSION', secretAccessKey: 'secret' }, [200, undefined]],
  ])('signed by %s, is answered to a page of another origin accordingly', async (_who, wanted, expected) => {
    const pages: Record<string, string>[] = [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]
    for (const headers of pages) {
      expect(await codeOf(await fetch(await presign(edge, wanted), { headers }))).toEqual(expected)
      const upload = await presign(edge, { ...wanted, method: 'PUT', path: '/files/upload' })
      expect(await codeOf(await fetch(upload, { method: 'PUT', headers, body: 'x' }))).toEqual(expected)
    }
  })

  it('is refused when a part is missing, repeated or invalid, or when it is unsigned', async () => {
    const address = await presign(edge)
    const without = (name: string) =>
      address.replace(new RegExp(`[&?]${name}=[^&]*`), (all) => (all.startsWith('?') ? '?x=1' : ''))
    for (const name of [
      'X-Amz-Algorithm',
      'X-Amz-Credential',
      'X-Amz-Date',
      'X-Amz-Expires',
      'X-Amz-SignedHeaders',
      'X-Amz-Signature',
    ]) {
      expect(await codeOf(await fetch(without(name)))).toEqual([400, 'AuthorizationQueryParametersError'])
    }
    expect((await fetch(`${address}&X-Amz-Expires=600`)).status).toBe(400)
    expect((await fetch(address.replace('X-Amz-Expires=60', 'X-Amz-Expires=9999999'))).status).toBe(400)
    expect(await codeOf(await fetch(address.replace(/\?.*/, '')))).toEqual([403, 'AccessDenied'])
    const older = address.replace(/\?.*/, '?AWSAccessKeyId=test&Signature=AAAA&Expires=4000000000')
    expect(await codeOf(await fetch(older))).toEqual([400, 'InvalidRequest'])
  })

  it('enforces the checksum that it was signed with', async () => {
    const sha256 = createHash('sha256').update('right').digest('base64')
    const upload = await presign(edge, { method: 'PUT', query: { 'x-amz-checksum-sha256': sha256 } })
    expect(await codeOf(await fetch(upload, { method: 'PUT', body: 'wrong' }))).toEqual([400, 'BadDigest'])
    expect((await fetch(upload, { method: 'PUT', body: 'right' })).status).toBe(200)
  })
})
