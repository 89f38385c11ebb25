import { beforeEach, describe, expect, it } from 'vitest'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'

const conditions = ['content-length', 'content-type', 'if-none-match', 'x-amz-checksum-sha256']

describe('the URL of an upload', () => {
  let url: URL
  let headers: Record<string, string>

  beforeEach(async () => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    const objects = new S3ObjectStore('bucket', { region: 'eu-central-1', credentials })
    const nowMs = Date.now()
    const upload = await objects.presignUpload({
      key: 'quarantine/acme/t/a',
      contentType: 'image/png',
      sizeBytes: 68,
      sha256: 'ab'.repeat(32),
      nowMs,
      expiresAtMs: nowMs + 900_000,
    })
    url = new URL(upload.url)
    headers = upload.headers
  })

  it('signs length, type, SHA-256 and the refusal to overwrite, so that S3 accepts no other file', () => {
    const signed = url.searchParams.get('X-Amz-SignedHeaders')?.split(';')
    expect(signed?.toSorted()).toEqual([...conditions, 'host'].toSorted())
  })

  it('tells the caller to send exactly the headers that it signs, with the values of the announced file', () => {
    const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
    expect(sent).toEqual({
      'content-length': '68',
      'content-type': 'image/png',
      'if-none-match': '*',
      'x-amz-checksum-sha256': Buffer.from('ab'.repeat(32), 'hex').toString('base64'),
    })
  })

  it('carries none of these conditions in its query, where S3 ignores them', () => {
    const names = [...url.searchParams.keys()].map((name) => name.toLowerCase())
    expect(names.filter((name) => conditions.includes(name))).toEqual([])
  })
})
