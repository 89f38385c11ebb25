import { AwsError } from '../aws-error.ts'
import type { Answer } from './answer.ts'
import type { Fauxqs } from './fauxqs.ts'
import { verifyChecksums } from './object-checksums.ts'
import type { S3Request } from './s3-operation.ts'

type Headers = Record<string, string | string[] | undefined>

export interface Objects {
  /** Carries a recognized request out. `headers` include what a presigned URL carries in its query. */
  answer(request: S3Request, method: string, url: URL, headers: Headers, body: Buffer): Promise<Answer>
  ensureBucket(bucketName: string): Promise<void>
  /** In no order. */
  keysUnder(bucketName: string, prefix: string): string[]
}

const writes = new Set(['PutObject', 'CopyObject', 'DeleteObject', 'CompleteMultipartUpload'])
const notPassedOn = new Set(['host', 'connection', 'authorization', 'transfer-encoding', 'content-length', 'expect'])

/** S3 on fauxqs, with the preconditions, checksums and answer headers that fauxqs leaves out. */
export function createObjects(fauxqs: Fauxqs): Objects {
  let lastWrite: Promise<unknown> = Promise.resolve()

  async function inject(request: S3Request, method: string, url: URL, headers: Headers, body: Buffer): Promise<Answer> {
    const path = [request.bucket, ...(request.key === '' ? [] : [request.key])].map(encodePath).join('/')
    const response = await fauxqs.inject({
      method,
      url: `/${path}${url.search}`,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !notPassedOn.has(name))),
      ...(method === 'GET' || method === 'HEAD' ? {} : { payload: body }),
    })
    return {
      status: response.statusCode,
      headers: { ...plainHeaders(response.headers), ...overrides(request, url, response.statusCode) },
      body: response.rawPayload,
    }
  }

  return {
    async answer(request, method, url, headers, body) {
      if (!writes.has(request.operation)) return inject(request, method, url, headers, body)
      if (request.operation === 'PutObject') verifyChecksums(headers, body)
      // One after the other, so that nothing changes between a precondition and its write.
      const write = lastWrite.then(() => {
        checkPreconditions(request, headers, fauxqs.objectEtag)
        return inject(request, method, url, headers, body)
      })
      lastWrite = write.catch(() => {})
      return write
    },
    keysUnder: (bucketName, prefix) => fauxqs.objectKeys(bucketName).filter((key) => key.startsWith(prefix)),
    async ensureBucket(bucketName) {
      const response = await fauxqs.inject({ method: 'PUT', url: `/${encodePath(bucketName)}`, headers: {} })
      if (response.statusCode >= 400) throw new Error(`bucket ${bucketName}: ${response.rawPayload.toString()}`)
    },
  }
}

function checkPreconditions(
  { operation, bucket, key }: S3Request,
  headers: Headers,
  etagOf: (bucket: string, key: string) => string | undefined,
): void {
  const present = etagOf(bucket, key)
  const ifNoneMatch = headers['if-none-match']
  if (ifNoneMatch !== undefined && operation !== 'DeleteObject' && present !== undefined) throw failed('If-None-Match')
  const ifMatch = headers['if-match']
  if (ifMatch !== undefined) {
    if (present === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404)
    if (!sameEtag(ifMatch, present)) throw failed('If-Match')
  }
  if (operation !== 'CopyObject') return
  for (const name of ['x-amz-copy-source-if-modified-since', 'x-amz-copy-source-if-unmodified-since']) {
    if (headers[name] !== undefined)
      throw new AwsError('NotImplemented', `The embedded stack's S3 does not support ${name}.`, 501)
  }
  const source = copySource(headers)
  const sourceEtag = source && etagOf(source.bucket, source.key)
  if (sourceEtag === undefined) return
  const wanted = headers['x-amz-copy-source-if-match']
  if (wanted !== undefined && !sameEtag(wanted, sourceEtag)) throw failed('x-amz-copy-source-If-Match')
  const unwanted = headers['x-amz-copy-source-if-none-match']
  if (unwanted !== undefined && sameEtag(unwanted, sourceEtag)) throw failed('x-amz-copy-source-If-None-Match')
}

/** The object that a copy reads. */
export function copySource(headers: Headers): { bucket: string; key: string } | undefined {
  const header = headers['x-amz-copy-source']
  if (typeof header !== 'string') return undefined
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decodeURIComponent(header)) ?? []
  return bucket === undefined || key === undefined ? undefined : { bucket, key }
}

function sameEtag(header: string | string[], etag: string): boolean {
  return header === '*' || String(header).replaceAll('"', '') === etag.replaceAll('"', '')
}

function failed(condition: string): AwsError {
  return new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: condition,
  })
}

/** What a download's address asks to be answered with, such as a file name. */
function overrides({ operation }: S3Request, url: URL, status: number): Record<string, string> {
  if (operation !== 'GetObject' || status >= 300) return {}
  const names = [
    'content-type',
    'content-disposition',
    'content-language',
    'content-encoding',
    'cache-control',
    'expires',
  ]
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = url.searchParams.get(`response-${name}`)
      return value === null ? [] : [[name, value]]
    }),
  )
}

function plainHeaders(headers: Record<string, number | string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || name === 'connection' || name === 'date' ? [] : [[name, String(value)]],
    ),
  )
}

function encodePath(text: string): string {
  return text.split('/').map(encodeURIComponent).join('/')
}
