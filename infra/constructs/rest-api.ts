import {
  AccessLogFormat,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { FilterPattern, LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { consoleFunctions } from '../../app/functions.ts'
import { alarmMeanings } from '../alarm-meanings.ts'
import {
  apiErrorsAlarmPerMinute,
  consoleRequestsMax,
  throttledRequestsAlarmMinutes,
  throttledRequestsAlarmPerMinute,
} from '../limits.ts'
import { alarm } from './alarm.ts'
import type { DeploymentContext } from './deployment-context.ts'
import { gatewayResponses } from './gateway-responses.ts'
import { physicalName } from './names.ts'

/** The REST API (ADR 0010) and its only stage, `api`: access log, throttling, problem+json for the gateway's own errors. */
export function restApi(scope: Construct, context: DeploymentContext): RestApi {
  const { stage } = context
  const log = new LogGroup(scope, 'AccessLog', {
    logGroupName: `/steadfast/${stage.name}/api-access`,
    retention: stage.logRetention,
    removalPolicy: stage.removalPolicy,
    ...(context.dataKey && { encryptionKey: context.dataKey }),
  })
  const api = new RestApi(scope, 'RestApi', {
    restApiName: physicalName(context, 'api'),
    description: 'Steadfast: support tickets',
    endpointTypes: [EndpointType.REGIONAL],
    // An account has one such setting for all its APIs, so it is kept when this stack is deleted.
    cloudWatchRole: stage.setsApiLogRole,
    ...(stage.setsApiLogRole && { cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN }),
    deployOptions: {
      stageName: 'api',
      accessLogDestination: new LogGroupLogDestination(log),
      accessLogFormat: AccessLogFormat.custom(JSON.stringify(accessLogEntry)),
      ...(stage.isTraced && { tracingEnabled: true }),
      ...(stage.throttling && {
        throttlingRateLimit: stage.throttling.ratePerSecond,
        throttlingBurstLimit: stage.throttling.burst,
        ...(!stage.isWithoutConsole && { methodOptions: consoleThrottling }),
      }),
    },
  })
  // CDK's own output of the address; the stack has it as `ApiUrl`.
  api.node.tryRemoveChild('Endpoint')
  gatewayResponses(api)
  alarm(scope, 'ApiErrors', context, {
    metric: api.metricServerError({ statistic: 'Sum', period: Duration.minutes(1) }),
    threshold: apiErrorsAlarmPerMinute,
    meaning: alarmMeanings.ApiErrors,
  })
  if (stage.hasAlarmTopic) throttledRequestsAlarm(scope, context, log)
  return api
}

/**
 * Anyone may load the console's files, which are larger than other answers: a flood of them costs little, and takes nothing from the API.
 */
const consoleThrottling = Object.fromEntries(
  consoleFunctions['serve-console'].routes.map((each) => {
    const [method, path] = each.split(' ')
    const { ratePerSecond: throttlingRateLimit, burst: throttlingBurstLimit } = consoleRequestsMax
    return [`${path}/${method}`, { throttlingRateLimit, throttlingBurstLimit }]
  }),
)

/** API Gateway's own metric counts all 4xx as one, so 429s of the gateway and of the functions are counted in the access log. */
function throttledRequestsAlarm(scope: Construct, context: DeploymentContext, log: LogGroup): void {
  const filter = new MetricFilter(scope, 'ThrottledRequests', {
    logGroup: log,
    filterPattern: FilterPattern.stringValue('$.status', '=', '429'),
    metricNamespace: `Steadfast/${context.stage.name}`,
    metricName: 'RequestsThrottled',
  })
  alarm(scope, 'ApiThrottled', context, {
    metric: filter.metric({ statistic: 'Sum', period: Duration.minutes(1) }),
    threshold: throttledRequestsAlarmPerMinute,
    periods: throttledRequestsAlarmMinutes,
    meaning: alarmMeanings.ApiThrottled,
  })
}

/** Sends requests for a route, such as `POST /tickets/{ticketId}/comments`, to `fn`; its result is the response. */
export function route(api: RestApi, methodAndPath: string, fn: IFunction): void {
  const [method = '', path = ''] = methodAndPath.split(' ')
  api.root.resourceForPath(path).addMethod(method, new LambdaIntegration(fn, { allowTestInvoke: false }))
}

/**
 * No addresses, paths and query strings: who requested what is personal data. The function's line has the same
 * `requestId`, tenant and caller.
 */
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
