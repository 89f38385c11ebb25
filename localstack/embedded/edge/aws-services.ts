import { AwsError } from '../aws-error.ts'
import type { AwsCall, InvokeFunction, JsonService, Principal } from '../ports.ts'
import type { Objects } from '../s3/objects.ts'
import { asQueryError, inputOfForm, xmlOfOutput } from '../sqs/query-protocol.ts'
import type { Answer, WireService } from './answer.ts'
import { queryAnswer } from './query-protocol.ts'
import type { ErrorFormat } from './wire-errors.ts'

/** The functions of this stack, for Lambda's Invoke. */
export interface Functions {
  invoke: InvokeFunction
  /** Whether a name, ARN or qualified ARN names a function. */
  has(functionRef: string): boolean
  /** Keeps the payload for later and tries it as Lambda tries asynchronous calls. Without it such calls are refused. */
  invokeLater?(functionRef: string, payload: unknown): Promise<void>
}

/** What answers behind the edge. A service that is left out is answered with 501. */
export interface EdgeServices {
  dynamodb?: WireService
  streams?: WireService
  sqs?: WireService
  states?: JsonService
  /** Fault Injection Service: the input of each operation is its body, with the identifier of its path as `id`. */
  fis?: JsonService
  /** SES version 1: `SendEmail`, `SendRawEmail`; input as nested members, lists as arrays. */
  ses?: JsonService
  objects?: Objects
  functions?: Functions
}

/** A call that was recognized: its service and operation, how it is carried out, how its errors are written. */
export interface PreparedCall {
  call: AwsCall
  errors: ErrorFormat
  carryOut(): Promise<Answer>
}

interface JsonTarget {
  service: string
  part: 'dynamodb' | 'streams' | 'sqs' | 'states'
  prefix: string
}

const jsonTargets: Record<string, JsonTarget> = {
  DynamoDB_20120810: { service: 'dynamodb', part: 'dynamodb', prefix: 'com.amazonaws.dynamodb.v20120810#' },
  DynamoDBStreams_20120810: { service: 'dynamodb', part: 'streams', prefix: 'com.amazonaws.dynamodb.v20120810#' },
  AmazonSQS: { service: 'sqs', part: 'sqs', prefix: 'com.amazonaws.sqs#' },
  AWSStepFunctions: { service: 'states', part: 'states', prefix: '' },
}

const jsonContentType = 'application/x-amz-json-1.0'

/** How the service of this `X-Amz-Target` writes its errors, also when it is none of ours. */
export function jsonErrors(target: string): ErrorFormat {
  const prefix = jsonTargets[target.replace(/\.[^.]*$/, '')]?.prefix ?? ''
  return { kind: 'json', prefix, contentType: jsonContentType }
}

/** JSON 1.0 and 1.1: `X-Amz-Target: PREFIX.Operation`. */
export function prepareJson(services: EdgeServices, target: string, body: Buffer, principal: Principal): PreparedCall {
  const [, name = target, operation = ''] = /^(.*)\.([^.]*)$/.exec(target) ?? []
  const known = jsonTargets[name]
  const service = known && services[known.part]
  if (!service) throw unknownService(name)
  const input = parseObject(body)
  return {
    call: { service: known.service, operation, principal, input },
    errors: jsonErrors(target),
    async carryOut() {
      if ('answer' in service) return service.answer(operation, input, body, principal)
      const value = await service.handle(operation, input, principal)
      return { status: 200, headers: { 'content-type': jsonContentType }, body: JSON.stringify(value ?? {}) }
    },
  }
}

function parseObject(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.length === 0 ? '{}' : body.toString())
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Answered below.
  }
  throw new AwsError('SerializationException', 'The body is not a JSON object.')
}

const queryNamespaces: Record<string, string> = {
  ses: 'http://ses.amazonaws.com/doc/2010-12-01/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
}

const queryVersions: Record<string, string> = { '2010-12-01': 'ses', '2011-06-15': 'sts', '2012-11-05': 'sqs' }

export interface QueryCall {
  action: string
  version: string
  input: Record<string, unknown>
  /** Signing name, when the call was signed. */
  signedFor: string | undefined
  /** Path of the request: a queue's own, with old clients of SQS. */
  path: string
}

function prepareSqsQuery(sqs: WireService, query: QueryCall, principal: Principal, requestId: string): PreparedCall {
  const { action } = query
  const input = inputOfForm(query.input, query.path)
  return {
    call: { service: 'sqs', operation: action, principal, input },
    errors: { kind: 'query', namespace: 'http://queue.amazonaws.com/doc/2012-11-05/' },
    async carryOut() {
      const output = await sqs.handle(action, input, principal).catch((error: unknown) => {
        throw asQueryError(error)
      })
      const body = xmlOfOutput(action, output as Record<string, unknown>, requestId)
      return { status: 200, headers: { 'content-type': 'text/xml' }, body }
    },
  }
}

/** The query protocol: `Action=…&Version=…` in a form. */
export function prepareQuery(
  services: EdgeServices,
  query: QueryCall,
  principal: Principal,
  requestId: string,
): PreparedCall {
  const { action, version, input } = query
  const service = queryVersions[version] ?? query.signedFor ?? 'unknown'
  if (service === 'sqs' && services.sqs) return prepareSqsQuery(services.sqs, query, principal, requestId)
  const namespace = queryNamespaces[service] ?? 'http://queue.amazonaws.com/doc/2012-11-05/'
  const result = async () => {
    if (service === 'sts' && action === 'GetCallerIdentity') return callerIdentity(principal)
    if (service === 'ses' && services.ses) return services.ses.handle(action, input, principal)
    throw unknownService(service === 'sts' ? `sts:${action}` : service)
  }
  return {
    call: { service, operation: action, principal, input },
    errors: { kind: 'query', namespace },
    async carryOut() {
      const body = queryAnswer(namespace, action, await result(), requestId)
      return { status: 200, headers: { 'content-type': 'text/xml' }, body }
    },
  }
}

function callerIdentity(principal: Principal) {
  const account = '000000000000'
  if (principal.kind === 'developer') return { Arn: `arn:aws:iam::${account}:root`, UserId: account, Account: account }
  const session = principal.sessionName ?? principal.roleName
  return {
    Arn: `arn:aws:sts::${account}:assumed-role/${principal.roleName}/${session}`,
    UserId: `${principal.roleName}:${session}`,
    Account: account,
  }
}

/** Operations of FIS by method and path; `:` stands for an identifier. Source: FIS API reference. */
const fisOperations: Readonly<Record<string, string>> = {
  'POST /experimentTemplates': 'CreateExperimentTemplate',
  'GET /experimentTemplates': 'ListExperimentTemplates',
  'GET /experimentTemplates/:': 'GetExperimentTemplate',
  'DELETE /experimentTemplates/:': 'DeleteExperimentTemplate',
  'POST /experiments': 'StartExperiment',
  'GET /experiments': 'ListExperiments',
  'GET /experiments/:': 'GetExperiment',
  'DELETE /experiments/:': 'StopExperiment',
}

/** FIS: REST with JSON. */
export function prepareFis(
  services: EdgeServices,
  { method, path, query }: { method: string; path: string; query: URLSearchParams },
  body: Buffer,
  principal: Principal,
): PreparedCall {
  const [, collection = path, id] = /^(\/[^/]+)\/([^/]+)$/.exec(path) ?? []
  const operation = fisOperations[`${method} ${collection}${id === undefined ? '' : '/:'}`]
  const { fis } = services
  if (!fis || operation === undefined)
    throw new AwsError('NotImplemented', `The embedded stack does not support fis (${method} ${path}).`, 501)
  const input = {
    ...Object.fromEntries(query),
    ...parseObject(body),
    ...(id !== undefined && { id: decodeURIComponent(id) }),
  }
  return {
    call: { service: 'fis', operation, principal, input },
    errors: { kind: 'rest-json' },
    async carryOut() {
      const value = await fis.handle(operation, input, principal)
      return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
    },
  }
}

export interface InvokeRequest {
  functionRef: string
  qualifier: string | null
  invocationType: string
}

/** Lambda's `POST /2015-03-31/functions/{name}/invocations`. */
export function prepareInvoke(
  services: EdgeServices,
  { functionRef, qualifier, invocationType }: InvokeRequest,
  body: Buffer,
  principal: Principal,
): PreparedCall {
  const qualified = qualifier === null ? functionRef : `${functionRef}:${qualifier}`
  const input = { FunctionName: functionRef, ...(qualifier === null ? {} : { Qualifier: qualifier }) }
  return {
    call: { service: 'lambda', operation: 'Invoke', principal, input },
    errors: { kind: 'rest-json' },
    async carryOut() {
      const { functions } = services
      if (!functions) throw unknownService('lambda')
      if (!functions.has(qualified))
        throw new AwsError('ResourceNotFoundException', `Function not found: ${qualified}`, 404)
      const payload = parsePayload(body)
      if (invocationType === 'DryRun') return { status: 204, headers: {}, body: '' }
      if (invocationType === 'Event') {
        if (!functions.invokeLater) {
          throw new AwsError('NotImplemented', 'The embedded stack does not invoke functions asynchronously.', 501)
        }
        await functions.invokeLater(qualified, payload)
        return { status: 202, headers: {}, body: '' }
      }
      return invoked(await functions.invoke(qualified, payload), qualifier)
    },
  }
}

function invoked(result: Awaited<ReturnType<InvokeFunction>>, qualifier: string | null): Answer {
  const headers = { 'content-type': 'application/json', 'x-amz-executed-version': qualifier ?? '$LATEST' }
  if (result.status === 'succeeded') return { status: 200, headers, body: JSON.stringify(result.payload ?? null) }
  const { status: _, ...failure } = result
  return { status: 200, headers: { ...headers, 'x-amz-function-error': 'Unhandled' }, body: JSON.stringify(failure) }
}

function parsePayload(body: Buffer): unknown {
  try {
    return JSON.parse(body.length === 0 ? '{}' : body.toString())
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json.')
  }
}

function unknownService(name: string): AwsError {
  return new AwsError('NotImplemented', `The embedded stack does not support ${name || 'this protocol'}.`, 501)
}
