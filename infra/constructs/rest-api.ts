import {
  AccessLogFormat,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { alarm } from './alarm.ts'
import { gatewayResponses } from './gateway-responses.ts'
import { nameOf, type Site } from './site.ts'

/** The REST API (ADR 0010) with its one stage, `api`: access log, throttling, problem+json for the gateway's own errors. */
export function restApi(scope: Construct, site: Site): RestApi {
  const { stage } = site
  const log = new LogGroup(scope, 'AccessLog', {
    logGroupName: `/steadfast/${stage.name}/api-access`,
    retention: stage.logRetention,
    removalPolicy: stage.removalPolicy,
  })
  const api = new RestApi(scope, 'RestApi', {
    restApiName: nameOf(site, 'api'),
    description: 'Steadfast: support tickets',
    endpointTypes: [EndpointType.REGIONAL],
    // The setting is the account's, shared with its other APIs: it stays when this stack goes.
    cloudWatchRole: stage.setsApiLogRole,
    ...(stage.setsApiLogRole && { cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN }),
    deployOptions: {
      stageName: 'api',
      accessLogDestination: new LogGroupLogDestination(log),
      accessLogFormat: AccessLogFormat.custom(JSON.stringify(accessLogEntry)),
      ...(stage.throttling && {
        throttlingRateLimit: stage.throttling.ratePerSecond,
        throttlingBurstLimit: stage.throttling.burst,
      }),
    },
  })
  // The address is an output of the stack by a name of its own.
  api.node.tryRemoveChild('Endpoint')
  gatewayResponses(api)
  alarm(scope, 'ApiErrors', site, {
    metric: api.metricServerError({ statistic: 'Sum', period: Duration.minutes(1) }),
    threshold: 5,
    meaning: 'Users get 503: their requests may not take effect until they are sent again.',
  })
  return api
}

/** `POST /tickets/{ticketId}/comments` is answered by `fn`, with what it returns. */
export function route(api: RestApi, methodAndPath: string, fn: IFunction): void {
  const [method = '', path = ''] = methodAndPath.split(' ')
  api.root.resourceForPath(path).addMethod(method, new LambdaIntegration(fn, { allowTestInvoke: false }))
}

/** No addresses and no query strings: who asked for what is personal. */
const accessLogEntry = {
  requestId: '$context.requestId',
  at: '$context.requestTimeEpoch',
  method: '$context.httpMethod',
  route: '$context.resourcePath',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  responseBytes: '$context.responseLength',
  error: '$context.error.responseType',
}
