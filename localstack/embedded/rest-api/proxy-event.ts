import { isUtf8 } from 'node:buffer'
import { accountId } from '../ports.ts'
import type { RestApiModel } from '../template/model.ts'
import { type GatewayRequest, header } from './request.ts'
import type { Route } from './routes.ts'

/**
 * What a Lambda proxy integration sends to its function (format 1.0).
 * Source: API Gateway Developer Guide, "Input format of a Lambda function for proxy integration".
 */
export function proxyEvent(request: GatewayRequest, route: Route, api: RestApiModel, body: Buffer): unknown {
  const { method, pathParameters } = route
  const asBase64 = !isUtf8(body) || isBinary(header(request, 'content-type'), api.binaryMediaTypes)
  const variables = api.stages.find(({ name }) => name === request.stage)?.variables ?? {}
  return {
    resource: method.resourcePath,
    path: request.path,
    httpMethod: request.httpMethod,
    headers: lastOf(request.headers),
    multiValueHeaders: allOf(request.headers),
    queryStringParameters: nullIfEmpty(lastOf([...request.query])),
    multiValueQueryStringParameters: nullIfEmpty(allOf([...request.query])),
    pathParameters: nullIfEmpty(pathParameters),
    stageVariables: nullIfEmpty(variables),
    requestContext: {
      accountId,
      apiId: api.id,
      domainName: header(request, 'host') ?? 'localhost',
      domainPrefix: api.id,
      extendedRequestId: request.extendedRequestId,
      httpMethod: request.httpMethod,
      identity: {
        accessKey: null,
        accountId: null,
        caller: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: request.sourceIp,
        user: null,
        userAgent: header(request, 'user-agent') ?? null,
        userArn: null,
      },
      path: request.rawPath,
      protocol: request.protocol,
      requestId: request.requestId,
      requestTime: requestTime(request.receivedAtMs),
      requestTimeEpoch: request.receivedAtMs,
      resourceId: method.resourceId,
      resourcePath: method.resourcePath,
      stage: request.stage,
    },
    body: body.length === 0 ? null : body.toString(asBase64 ? 'base64' : 'utf8'),
    isBase64Encoded: body.length > 0 && asBase64,
  }
}

/** Whether a content type is among the API's binary media types, wildcards (`image/*`) included. */
export function isBinary(contentType: string | undefined, binaryMediaTypes: string[]): boolean {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  return binaryMediaTypes.some((pattern) => {
    const [major, minor] = pattern.toLowerCase().split('/')
    const [ownMajor, ownMinor] = type.split('/')
    return (major === '*' || major === ownMajor) && (minor === '*' || minor === ownMinor)
  })
}

/** Common log format in UTC, `09/Apr/2015:12:34:56 +0000`. */
export function requestTime(atMs: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(atMs).toUTCString()) ?? []
  return `${day}/${month}/${year}:${time} +0000`
}

function lastOf(pairs: [string, string][]): Record<string, string> {
  return Object.fromEntries(pairs)
}

function allOf(pairs: [string, string][]): Record<string, string[]> {
  return Object.fromEntries(
    [...Map.groupBy(pairs, ([name]) => name)].map(([name, own]) => [name, own.map(([, value]) => value)]),
  )
}

function nullIfEmpty<T extends object>(values: T): T | null {
  return Object.keys(values).length === 0 ? null : values
}
