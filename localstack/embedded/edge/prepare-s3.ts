import type { IncomingMessage } from 'node:http'
import { AwsError } from '../aws-error.ts'
import { authorizeCall } from '../iam/authorization.ts'
import type { Principal } from '../ports.ts'
import { plainHeaders } from '../s3/headers.ts'
import { hoistedHeaders, isPresigned, verifyPresigned } from '../s3/presigned.ts'
import { copySource, recognizeS3, type Target } from '../s3/recognize.ts'
import { readDelete } from '../s3/write-objects.ts'
import type { AwsFrontOptions } from './aws-front-options.ts'
import type { PreparedCall } from './aws-services.ts'
import { isFromElsewhere, sessionToken, signedScope } from './caller.ts'

/** Reads what a request to S3 is about. Throws for a caller that is not known, or may not call from another origin. */
export async function prepareS3(
  front: AwsFrontOptions,
  request: IncomingMessage,
  target: Target,
): Promise<PreparedCall> {
  const {
    services: { objects },
    identify,
  } = front
  if (!objects) throw new AwsError('NotImplemented', 'This embedded stack runs without S3.', 501)
  const { query } = target
  const principal = identify(s3Caller(front, request, query), sessionToken(request))
  if (isFromElsewhere(request) && principal.kind === 'developer') {
    // Everybody knows a developer's keys, so any page could have signed this.
    throw new AwsError('AccessDenied', 'Web pages of other origins may use only addresses that a function signed.', 403)
  }
  const headers = { ...(isPresigned(query) && hoistedHeaders(query)), ...plainHeaders(request.headers) }
  const recognized = recognizeS3(request.method ?? 'GET', request.headers.host ?? '', target, headers)
  const { operation, bucket, key } = recognized
  const source = operation === 'CopyObject' || operation === 'UploadPartCopy' ? copySource(headers) : undefined
  // A service that stops reading half way still answers: the connection is the sender's too.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>
  const deletes = operation === 'DeleteObjects' ? await readDelete(headers, body) : undefined
  const versionId = query.get('versionId')
  const input = {
    Bucket: bucket,
    ...(key === '' ? {} : { Key: key }),
    ...(versionId === null ? {} : { VersionId: versionId }),
    ...(source ? { CopySource: { Bucket: source.bucket, Key: source.key, VersionId: source.versionId } } : {}),
    ...(deletes ? { Objects: deletes.objects } : {}),
    ...(operation.startsWith('ListObject') ? { Prefix: query.get('prefix') ?? '' } : {}),
  }
  const asksToBypass = headers['x-amz-bypass-governance-retention']?.toLowerCase() === 'true'
  const mayBypass = (deleted: string) =>
    asksToBypass &&
    isAllowed(front, { principal, operation: 'BypassGovernanceRetention', Bucket: bucket, Key: deleted })
  const call = { ...recognized, query, headers, body, mayBypass, ...(deletes && { deletes }) }
  return {
    call: { service: 's3', operation, principal, input },
    errors: { kind: 's3', resource: target.path },
    carryOut: () =>
      objects.answer(call).catch((error: unknown) => {
        throw isAbsence(error) && !mayList(front, principal, source?.bucket ?? bucket) ? accessDenied() : error
      }),
  }
}

/** A caller that may not list a bucket is not told that an object is missing. Source: Amazon S3 API Reference, GetObject, "Permissions". */
function mayList(front: AwsFrontOptions, principal: Principal, bucket: string): boolean {
  return isAllowed(front, { principal, operation: 'ListObjectsV2', Bucket: bucket })
}

/** Whether a caller may do something in S3 that is not what the request is about. */
function isAllowed(
  { access }: AwsFrontOptions,
  { principal, operation, ...input }: { principal: Principal; operation: string; Bucket: string; Key?: string },
): boolean {
  try {
    authorizeCall({ service: 's3', operation, principal, input }, access)
    return true
  } catch {
    return false
  }
}

function s3Caller(
  { identify, secretOf, now = Date.now }: AwsFrontOptions,
  request: IncomingMessage,
  query: URLSearchParams,
): string {
  if (isPresigned(query)) {
    const { method = 'GET', url: target = '/', headers } = request
    const secretFor = (accessKeyId: string) => secretOf(accessKeyId) ?? developerSecret(identify(accessKeyId))
    return verifyPresigned({ method, target, headers }, secretFor, now())
  }
  const signed = signedScope(request)
  if (signed) return signed.accessKeyId
  throw accessDenied()
}

function isAbsence(error: unknown): boolean {
  return error instanceof AwsError && error.code === 'NoSuchKey'
}

function accessDenied(): AwsError {
  return new AwsError('AccessDenied', 'Access Denied', 403)
}

/** Keys that were not issued here are the developer's; their secret is `test`, as everyone's is with LocalStack. */
function developerSecret({ kind }: Principal): string | undefined {
  return kind === 'developer' ? 'test' : undefined
}
