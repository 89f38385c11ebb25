import { type AwsCall, accountId } from '../ports.ts'
import type { AccessRequest } from './authorize.ts'
import { dynamoDbAccess, type TableLookups } from './dynamodb-access.ts'

/** What must be known of the stack to authorize a call. */
export interface AccessLookups extends TableLookups {
  /** ARNs of all state machines: a task token does not say whose it is. */
  stateMachineArns?(): readonly string[]
}

type Input = Record<string, unknown>

/**
 * Which permissions a call needs, as AWS evaluates it. An empty list needs none. An unknown service needs one that nothing
 * grants by accident: its own name as action on `*`.
 */
export function neededAccess(call: AwsCall, lookups: AccessLookups): AccessRequest[] {
  const { service, operation, input } = call
  switch (service) {
    case 'dynamodb':
      return dynamoDbAccess(call, lookups)
    case 'sqs':
      return [plain(`sqs:${operation.replace(/Batch$/, '')}`, queueArn(input))]
    case 's3':
      return s3Access(operation, input)
    case 'states':
      return statesAccess(operation, input, lookups)
    case 'fis':
      return fisAccess(operation, input)
    case 'lambda':
      return [plain(`lambda:${operation === 'Invoke' ? 'InvokeFunction' : operation}`, functionArn(input))]
    case 'ses':
      return [sesAccess(operation, input)]
    case 'sts':
      return operation === 'GetCallerIdentity' ? [] : [plain(`sts:${operation}`, '*')]
    default:
      return [plain(`${service}:${operation}`, '*')]
  }
}

function plain(action: string, resource: string): AccessRequest {
  return { action, resources: [resource], context: {} }
}

/** The ARN of the queue that is called, or whose messages are moved. */
function queueArn({ QueueUrl, QueueName, SourceArn }: Input): string {
  if (typeof SourceArn === 'string') return SourceArn
  const name = QueueName ?? (typeof QueueUrl === 'string' ? QueueUrl.replace(/^.*\//s, '') : undefined)
  return name === undefined ? '*' : `arn:aws:sqs:us-east-1:${accountId}:${String(name)}`
}

function functionArn({ FunctionName, Qualifier }: Input): string {
  const given = String(FunctionName)
  const arn = given.startsWith('arn:') ? given : `arn:aws:lambda:us-east-1:${accountId}:function:${given}`
  return Qualifier === undefined ? arn : `${arn}:${String(Qualifier)}`
}

/**
 * A caller that hands a role to Step Functions must be allowed to pass it; a test with a mock needs no role.
 * Source: Step Functions Developer Guide, "IAM permissions for using TestState API"; IAM User Guide, "Grant permissions to pass a role".
 */
function statesAccess(operation: string, input: Input, lookups: AccessLookups): AccessRequest[] {
  const access: AccessRequest[] = [
    { action: `states:${operation}`, resources: stateResources(operation, input, lookups), context: {} },
  ]
  if (operation === 'TestState' && input.revealSecrets === true) access.push(plain('states:RevealSecrets', '*'))
  if (typeof input.roleArn === 'string' && (operation !== 'TestState' || input.mock === undefined))
    access.push(passRole(input.roleArn, 'states.amazonaws.com'))
  return access
}

function stateResources(operation: string, input: Input, lookups: AccessLookups): readonly string[] {
  if (operation.startsWith('SendTask')) return [...(lookups.stateMachineArns?.() ?? []), '*']
  const named = input.stateMachineArn ?? input.executionArn ?? input.resourceArn ?? input.mapRunArn
  return [named === undefined ? '*' : String(named)]
}

/** Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Fault Injection Service". */
function fisAccess(operation: string, input: Input): AccessRequest[] {
  const arn = (type: string, id: unknown) => `arn:aws:fis:us-east-1:${accountId}:${type}/${String(id ?? '*')}`
  const allowed = (resource: string) => plain(`fis:${operation}`, resource)
  switch (operation) {
    case 'CreateExperimentTemplate':
      return [
        ...Object.values((input.actions ?? {}) as Record<string, { actionId?: unknown }>).map(({ actionId }) =>
          allowed(arn('action', actionId)),
        ),
        allowed(arn('experiment-template', undefined)),
        passRole(String(input.roleArn), 'fis.amazonaws.com'),
      ]
    case 'GetExperimentTemplate':
    case 'DeleteExperimentTemplate':
      return [allowed(arn('experiment-template', input.id))]
    case 'StartExperiment':
      return [allowed(arn('experiment-template', input.experimentTemplateId)), allowed(arn('experiment', undefined))]
    case 'GetExperiment':
    case 'StopExperiment':
      return [allowed(arn('experiment', input.id))]
    default:
      return [allowed('*')]
  }
}

function passRole(roleArn: string, service: string): AccessRequest {
  return { action: 'iam:PassRole', resources: [roleArn], context: { 'iam:passedtoservice': service } }
}

const objectActions: Record<string, string> = {
  HeadObject: 'GetObject',
  GetObjectAttributes: 'GetObjectAttributes',
  UploadPart: 'PutObject',
  UploadPartCopy: 'PutObject',
  CreateMultipartUpload: 'PutObject',
  CompleteMultipartUpload: 'PutObject',
  CopyObject: 'PutObject',
  ListParts: 'ListMultipartUploadParts',
}

/** Actions that have a form of their own for a named version. */
const versionActions: Record<string, string> = {
  GetObject: 'GetObjectVersion',
  GetObjectAttributes: 'GetObjectVersionAttributes',
  DeleteObject: 'DeleteObjectVersion',
  GetObjectTagging: 'GetObjectVersionTagging',
  PutObjectTagging: 'PutObjectVersionTagging',
  DeleteObjectTagging: 'DeleteObjectVersionTagging',
}

const bucketActions: Record<string, string> = {
  HeadBucket: 'ListBucket',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
  ListMultipartUploads: 'ListBucketMultipartUploads',
  DeleteBucketTagging: 'PutBucketTagging',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  DeleteBucketEncryption: 'PutEncryptionConfiguration',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  DeleteBucketLifecycle: 'PutLifecycleConfiguration',
  GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
  PutObjectLockConfiguration: 'PutBucketObjectLockConfiguration',
}

/**
 * `input` has `Bucket`, `Key`, `VersionId`, for a copy `CopySource`, for `DeleteObjects` `Objects`, for a list `Prefix`.
 * Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".
 */
function s3Access(operation: string, input: Input): AccessRequest[] {
  const bucket = `arn:aws:s3:::${String(input.Bucket)}`
  if (operation === 'ListBuckets') return [plain('s3:ListAllMyBuckets', '*')]
  if (operation === 'DeleteObjects') {
    return (input.Objects as { Key: string; VersionId?: string }[]).map(({ Key, VersionId }) =>
      plain(VersionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion', `${bucket}/${Key}`),
    )
  }
  if (input.Key === undefined) {
    const context = { 's3:prefix': String(input.Prefix ?? '') }
    return [{ action: `s3:${bucketActions[operation] ?? operation}`, resources: [bucket], context }]
  }
  const action = objectActions[operation] ?? operation
  const named = input.VersionId === undefined ? action : (versionActions[action] ?? action)
  const access = [plain(`s3:${named}`, `${bucket}/${String(input.Key)}`)]
  const source = input.CopySource as { Bucket: string; Key: string; VersionId?: string } | undefined
  if (source)
    access.push(
      plain(
        source.VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion',
        `arn:aws:s3:::${source.Bucket}/${source.Key}`,
      ),
    )
  return access
}

/** An address may send by its own identity or by its domain's. */
function sesAccess(operation: string, input: Input): AccessRequest {
  const address = /<([^<>]+)>\s*$/.exec(String(input.Source ?? ''))?.[1] ?? String(input.Source ?? '')
  const domain = address.slice(address.lastIndexOf('@') + 1)
  const arn = (identity: string) => `arn:aws:ses:us-east-1:${accountId}:identity/${identity}`
  return { action: `ses:${operation}`, resources: [arn(address), arn(domain)], context: { 'ses:fromaddress': address } }
}
