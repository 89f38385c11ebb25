import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { consoleFunctions, functionNames, httpFunctions } from '../../app/functions.ts'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { problems } from '../../app/http/problem.ts'
import { gatewayProblems } from '../../infra/constructs/gateway-responses.ts'
import { stages, withConsole } from '../../infra/stages.ts'
import {
  pascalCase,
  type Resource,
  readable,
  resourcesOf,
  single,
  stageNames,
  synthesize,
  templatesOf,
} from './synthesized.ts'

const functionsDir = resolve(import.meta.dirname, '../../functions')

const everyRoute = [
  ...Object.entries(httpFunctions).map(([name, { route }]) => ({ name, route })),
  ...Object.entries(consoleFunctions).flatMap(([name, { routes }]) => routes.map((route) => ({ name, route }))),
]

describe.each(stageNames)('the routes of %s', (stage) => {
  const methods = resourcesOf(stage, 'AWS::ApiGateway::Method')
  const resources = new Map(resourcesOf(stage, 'AWS::ApiGateway::Resource').map((resource) => [resource.id, resource]))

  function pathOf(resourceId: unknown): string {
    const resource = resources.get((resourceId as { Ref: string }).Ref)
    return resource ? `${pathOf(resource.Properties.ParentId)}/${resource.Properties.PathPart}` : ''
  }
  const routeOf = ({ Properties }: Resource) => `${Properties.HttpMethod} ${pathOf(Properties.ResourceId)}`

  it('are those in app/functions.ts, and each invokes its function', () => {
    const expected = everyRoute.map(({ name, route }) => [
      route,
      `apigateway:{Region}:lambda:path/2015-03-31/functions/${pascalCase(name)}/invocations`,
    ])
    const found = methods.map((method) => [
      routeOf(method),
      readable((method.Properties.Integration as { Uri: unknown }).Uri),
    ])
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
  })

  it('pass the request on unchanged: the function verifies the token and validates the body', () => {
    for (const { id, Properties } of methods) {
      expect(Properties, id).toMatchObject({
        AuthorizationType: 'NONE',
        Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST' },
      })
      expect(Object.keys(Properties).sort(), id).toEqual([
        'AuthorizationType',
        'HttpMethod',
        'Integration',
        'ResourceId',
        'RestApiId',
      ])
    }
  })

  it('may invoke only their function, and only by their own method and path', () => {
    const permissions = resourcesOf(stage, 'AWS::Lambda::Permission').filter(
      ({ Properties }) => Properties.Principal === 'apigateway.amazonaws.com',
    )
    const found = permissions.map(({ Properties }) => [
      readable(Properties.FunctionName),
      `${Properties.Action} ${readable(Properties.SourceArn)}`,
    ])
    const expected = everyRoute.map(({ name, route }) => [
      pascalCase(name),
      `lambda:InvokeFunction execute-api:RestApi/RestApiDeploymentStageapi/${route.replace(' ', '').replaceAll(/\{\w+\}/g, '*')}`,
    ])
    expect(found.sort()).toEqual(expected.sort())
  })
})

describe.each(stageNames)('the API of %s', (stage) => {
  const deployed = single(resourcesOf(stage, 'AWS::ApiGateway::Stage')).Properties

  it('is a regional REST API with one stage, which is part of its address', () => {
    const { Properties } = single(resourcesOf(stage, 'AWS::ApiGateway::RestApi'))
    expect(Properties.EndpointConfiguration).toEqual({ Types: ['REGIONAL'] })
    expect(deployed.StageName).toBe('api')
  })

  it('is deployed after all its routes and errors: one that is made later is missing until the next deployment', () => {
    const parts = resourcesOf(stage).filter(({ Properties }) => Properties.RestApiId)
    expect(new Set(parts.map(({ Properties }) => readable(Properties.RestApiId)))).toEqual(new Set(['RestApi']))
    const deployment = single(resourcesOf(stage, 'AWS::ApiGateway::Deployment'))
    expect(deployed.DeploymentId).toEqual({ Ref: deployment.id })
    const before = parts.filter(({ Type }) => /(Method|Resource|GatewayResponse)$/.test(Type))
    expect(deployment.DependsOn?.toSorted()).toEqual(before.map(({ id }) => id).sort())
  })

  it('may write its access log before the stage is made, which fails without the permission', () => {
    const accounts = resourcesOf(stage, 'AWS::ApiGateway::Account')
    expect(accounts.map(({ Properties }) => readable(Properties.CloudWatchRoleArn))).toEqual(
      stage === 'local' ? [] : ['RestApiCloudWatchRole'],
    )
    const { DependsOn = [] } = single(resourcesOf(stage, 'AWS::ApiGateway::Stage'))
    expect(DependsOn).toEqual(accounts.map(({ id }) => id))
  })

  it('throttles where strangers can reach it, and writes no execution log, which would hold tokens', () => {
    const perMethod = { HttpMethod: '*', ResourcePath: '/*', DataTraceEnabled: false }
    // Files that anyone may load, each larger than other answers: a flood of them may not cost much.
    const files = ['/~1console', '/~1console~1{file}'].map((ResourcePath) => ({
      HttpMethod: 'GET',
      ResourcePath,
      DataTraceEnabled: false,
      ThrottlingRateLimit: 20,
      ThrottlingBurstLimit: 40,
    }))
    const production = [{ ...perMethod, ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 2000 }, ...files]
    const settings = {
      local: undefined,
      dev: [{ ...perMethod, ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 }, ...files],
      staging: production,
      prod: production,
    }
    expect(deployed.MethodSettings).toEqual(settings[stage])
  })

  it('logs each request without token, address or query string, which tell who asked for what', () => {
    const { DestinationArn, Format } = deployed.AccessLogSetting as { DestinationArn: unknown; Format: string }
    expect(readable(DestinationArn)).toBe('AccessLog')
    expect(JSON.parse(Format)).toEqual({
      requestId: '$context.requestId',
      at: '$context.requestTimeEpoch',
      method: '$context.httpMethod',
      route: '$context.resourcePath',
      status: '$context.status',
      latencyMs: '$context.responseLatency',
      integrationLatencyMs: '$context.integrationLatency',
      responseBytes: '$context.responseLength',
      error: '$context.error.responseType',
    })
  })

  it('takes issuer, audience and keys of tokens as parameters, without a default where one would be forgotten', () => {
    const { JwtIssuer, JwtAudience, JwtKeySet } = templatesOf(stage).Api?.Parameters ?? {}
    const issuer = stage === 'local' ? 'https://issuer.steadfast.example' : undefined
    expect([JwtIssuer, JwtAudience, JwtKeySet].map((parameter) => parameter?.Default)).toEqual([
      issuer,
      'steadfast',
      stage === 'local' ? undefined : '',
    ])
    expect(JwtIssuer?.AllowedPattern).toBe('^https://.+')
  })
})

describe.each(stageNames)("the gateway's own errors on %s", (stage) => {
  const responses = resourcesOf(stage, 'AWS::ApiGateway::GatewayResponse').map(({ Properties }) => Properties)
  const known: Record<string, readonly [number, string, boolean?]> = problems

  it('cover every error that the gateway can make itself', () => {
    expect(Object.fromEntries(responses.map(({ ResponseType, StatusCode }) => [ResponseType, StatusCode]))).toEqual({
      // An unknown route. With a bearer token, the gateway takes it for a broken AWS signature.
      MISSING_AUTHENTICATION_TOKEN: '404',
      RESOURCE_NOT_FOUND: '404',
      INVALID_SIGNATURE: '404',
      EXPIRED_TOKEN: '404',
      DEFAULT_4XX: '404',
      REQUEST_TOO_LARGE: '413',
      THROTTLED: '429',
      // The function may have committed before it failed.
      INTEGRATION_FAILURE: '503',
      INTEGRATION_TIMEOUT: '503',
      DEFAULT_5XX: '503',
    })
  })

  it('have the type, title and status that the functions use', () => {
    for (const { body } of Object.values(gatewayProblems)) {
      const [status, title, retryable = false] = known[body.type.replace('https://steadfast.dev/problems/', '')] ?? []
      expect([body.status, body.title, body.retryable]).toEqual([status, title, retryable])
    }
  })

  it('are problem+json with a correlation id, and say how long to wait if repeating helps', () => {
    for (const { ResponseParameters, ResponseTemplates, StatusCode } of responses) {
      const { 'application/json': template = '{}', ...others } = ResponseTemplates as Record<string, string>
      const body = JSON.parse(template)
      expect(others).toEqual({})
      expect(String(body.status)).toBe(StatusCode)
      expect(ResponseParameters).toEqual({
        'gatewayresponse.header.Content-Type': "'application/problem+json'",
        'gatewayresponse.header.X-Correlation-Id': 'context.requestId',
        ...(body.retryable && { 'gatewayresponse.header.Retry-After': "'1'" }),
      })
    }
  })

  it('repeat nothing of the request in their body: a path or header could break its JSON', () => {
    for (const { ResponseTemplates } of responses)
      expect(JSON.stringify(ResponseTemplates).match(/\$\w+\.\w+/g)).toEqual(['$context.requestId'])
  })
})

describe('a stage whose console is off', () => {
  it('has no trace of it: no function, no route, no limit of its own', () => {
    const templates = synthesize(withConsole(stages.dev, 'off'))
    expect(JSON.stringify(templates)).not.toMatch(/serve-?console|console\/|"console"/i)
    expect(withConsole(stages.dev, 'on')).toEqual(stages.dev)
    expect(() => withConsole(stages.dev, 'no')).toThrow('choose on or off')
  })
})

describe('the catalogue in app/functions.ts', () => {
  const folders = readdirSync(functionsDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(functionsDir, entry.name, 'handler.ts')))
    .map(({ name }) => name)

  it('lists every folder that has a handler, and no other', () => {
    expect(folders.sort()).toEqual(functionNames({ malwareScan: 'guardduty', identity: 'cognito' }).sort())
  })

  it.each(Object.entries(httpFunctions))('routes to %s the operation that it implements', async (name, { route }) => {
    const module: Record<string, Partial<Endpoint>> = await import(join(functionsDir, name, `${name}.ts`))
    const operations = Object.values(module).flatMap(({ operation }) => operation ?? [])
    expect(operations).toEqual([route])
  })
})
