import { accountId } from '../ports.ts'
import type { GatewayResponseModel, RestApiModel } from '../template/model.ts'
import { requestTime } from './proxy-event.ts'
import type { HttpAnswer } from './proxy-response.ts'
import { type GatewayRequest, header } from './request.ts'
import type { Route } from './routes.ts'

/** An error that the gateway answers itself. */
export interface GatewayError {
  responseType: keyof typeof defaults
  message: string
  /** Where AWS answers another status than the type's own. */
  status?: number
}

/** Status and `x-amzn-ErrorType` of each type. Source: API Gateway Developer Guide, "Gateway response types". */
const defaults = {
  MISSING_AUTHENTICATION_TOKEN: [403, 'MissingAuthenticationTokenException'],
  REQUEST_TOO_LARGE: [413, 'RequestTooLargeException'],
  INTEGRATION_TIMEOUT: [504, 'InternalServerErrorException'],
  INTEGRATION_FAILURE: [504, 'InternalServerErrorException'],
  API_CONFIGURATION_ERROR: [500, 'InternalServerErrorException'],
  THROTTLED: [429, 'TooManyRequestsException'],
  DEFAULT_4XX: [400, 'BadRequestException'],
  DEFAULT_5XX: [500, 'InternalServerErrorException'],
} as const satisfies Record<string, [number, string]>

const standardTemplates = { 'application/json': '{"message":$context.error.messageString}' }

/** The gateway's answer, by the API's own gateway response for the type, else its default for 4xx or 5xx, else AWS's. */
export function gatewayAnswer(
  error: GatewayError,
  api: RestApiModel,
  request: GatewayRequest,
  route: Route | undefined,
): HttpAnswer {
  const [ownStatus, errorType] = defaults[error.responseType]
  const status = error.status ?? ownStatus
  const configured = configuredFor(error.responseType, status, api)
  const values = (reference: string) => variableValue(reference, { error, api, request, route })
  const [contentType, template] = chosen(configured?.templates ?? {}, header(request, 'accept'))
  const own = Object.entries(configured?.parameters ?? {}).flatMap(([name, source]): [string, string][] => {
    const headerName = /^gatewayresponse\.header\.(.+)$/.exec(name)?.[1]
    const value = /^'(.*)'$/s.exec(source)?.[1] ?? values(source)
    return headerName === undefined || value === '' ? [] : [[headerName, value]]
  })
  const isOwn = (name: string) => own.some(([other]) => other.toLowerCase() === name)
  return {
    status: Number(configured?.statusCode ?? status),
    headers: [
      ...own,
      ...(isOwn('content-type') ? [] : [['Content-Type', contentType] satisfies [string, string]]),
      ['x-amzn-ErrorType', errorType],
    ],
    body: Buffer.from(rendered(template, values)),
  }
}

function configuredFor(responseType: string, status: number, api: RestApiModel): GatewayResponseModel | undefined {
  const family = status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'
  const named = (type: string) => api.gatewayResponses.find((response) => response.responseType === type)
  return named(responseType) ?? named(family)
}

function chosen(
  templates: Record<string, string>,
  accept: string | undefined,
): [contentType: string, template: string] {
  const known = Object.keys(templates).length === 0 ? standardTemplates : templates
  const wanted = (accept ?? '').split(',').map((range) => range.split(';')[0]?.trim())
  const entries = Object.entries(known)
  const isWanted = ([type]: [string, string]) => wanted.includes(type)
  const json = entries.find(([type]) => type === 'application/json')
  return entries.find(isWanted) ?? json ?? entries[0] ?? ['application/json', '']
}

const variableName = String.raw`((?:context|stageVariables|method\.request)\.[\w.-]*\w)`
const variable = new RegExp(String.raw`\$\{${variableName}\}|\$${variableName}`, 'g')

/** Gateway responses know variables only, no logic. */
function rendered(template: string, values: (reference: string) => string): string {
  return template.replace(variable, (_whole, braced?: string, bare?: string) => values(braced ?? bare ?? ''))
}

interface Situation {
  error: GatewayError
  api: RestApiModel
  request: GatewayRequest
  route: Route | undefined
}

function variableValue(reference: string, { error, api, request, route }: Situation): string {
  const [, name = ''] = /^(?:stageVariables|method\.request\.(?:header|path|querystring))\.(.+)$/.exec(reference) ?? []
  if (reference.startsWith('method.request.header.')) return header(request, name) ?? ''
  if (reference.startsWith('method.request.querystring.')) return request.query.get(name) ?? ''
  if (reference.startsWith('method.request.path.')) return route?.pathParameters[name] ?? ''
  const stage = api.stages.find((one) => one.name === request.stage)
  if (reference.startsWith('stageVariables.')) return stage?.variables[name] ?? ''
  const context: Record<string, string | undefined> = {
    accountId,
    apiId: api.id,
    domainName: header(request, 'host'),
    'error.message': error.message,
    'error.messageString': JSON.stringify(error.message),
    'error.responseType': error.responseType,
    'error.validationErrorString': '',
    extendedRequestId: request.extendedRequestId,
    httpMethod: request.httpMethod,
    'identity.sourceIp': request.sourceIp,
    'identity.userAgent': header(request, 'user-agent'),
    path: request.rawPath,
    protocol: request.protocol,
    requestId: request.requestId,
    requestTime: requestTime(request.receivedAtMs),
    requestTimeEpoch: String(request.receivedAtMs),
    resourceId: route?.method.resourceId,
    resourcePath: route?.method.resourcePath,
    stage: request.stage,
  }
  return context[reference.replace(/^context\./, '')] ?? ''
}
