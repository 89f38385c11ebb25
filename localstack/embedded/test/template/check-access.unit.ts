import { describe, expect, it } from 'vitest'
import type { PolicyStatement } from '../../ports.ts'
import { checkAccess } from '../../template/check-access.ts'
import type { StackModel } from '../../template/model.ts'

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:work'
const queueArn = 'arn:aws:sqs:us-east-1:000000000000:jobs'

const allow = (actions: string[], resources: string[]): PolicyStatement => ({ effect: 'Allow', actions, resources })
const role = (name: string, statements: PolicyStatement[]) => ({
  path: `App/${name}`,
  name,
  arn: `arn:aws:iam::000000000000:role/${name}`,
  services: [],
  statements,
})

function model(changes: Partial<StackModel> = {}): StackModel {
  return {
    tables: [],
    queues: [],
    buckets: [],
    roles: [
      role('worker', [allow(['sqs:*'], [queueArn])]),
      role('machine', [allow(['lambda:InvokeFunction'], [`${functionArn}:*`])]),
    ],
    functions: [
      {
        path: 'App/Work',
        name: 'work',
        arn: functionArn,
        codeDir: '/code',
        handler: 'index.handler',
        runtime: 'nodejs24.x',
        environment: {},
        timeoutSeconds: 3,
        memoryMb: 128,
        roleName: 'worker',
      },
    ],
    functionVersions: [],
    functionAliases: [],
    asyncInvokeConfigs: [],
    permissions: [
      {
        path: 'App/Allow',
        functionRef: functionArn,
        principal: 'apigateway.amazonaws.com',
        sourceArn: 'arn:aws:execute-api:us-east-1:000000000000:abc/api/GET/jobs/*',
      },
      { path: 'App/Tick', functionRef: functionArn, principal: 'events.amazonaws.com', sourceArn: ruleArn },
    ],
    eventSourceMappings: [
      {
        path: 'App/Jobs',
        id: 'jobs',
        functionRef: functionArn,
        source: { kind: 'sqs', queueName: 'jobs' },
        eventSourceArn: queueArn,
        filterPatterns: [],
        reportBatchItemFailures: true,
        bisectBatchOnFunctionError: false,
        enabled: true,
      },
    ],
    schedules: [
      {
        path: 'App/Rule',
        name: 'tick',
        arn: ruleArn,
        expression: 'rate(1 minute)',
        enabled: true,
        targets: [{ id: 't', arn: functionArn }],
      },
    ],
    eventRules: [
      {
        path: 'App/Verdicts',
        name: 'verdicts',
        arn: ruleArn,
        pattern: '{}',
        enabled: true,
        targets: [{ id: 't', arn: functionArn }],
      },
    ],
    stateMachines: [
      {
        path: 'App/Machine',
        name: 'machine',
        arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:machine',
        definition: JSON.stringify({ Resource: `${functionArn}:3` }),
        roleArn: 'arn:aws:iam::000000000000:role/machine',
        type: 'STANDARD',
      },
    ],
    restApis: [
      {
        path: 'App/Api',
        id: 'abc',
        name: 'api',
        stages: [{ name: 'api', variables: {} }],
        methods: [
          {
            path: 'App/Api/GET',
            resourcePath: '/jobs/{id}',
            resourceId: 'r',
            httpMethod: 'GET',
            functionRef: functionArn,
            timeoutMs: 29_000,
          },
        ],
        gatewayResponses: [],
        binaryMediaTypes: [],
      },
    ],
    ssmParameters: [],
    emailIdentities: [],
    outputs: {},
    ...changes,
  }
}

const ruleArn = 'arn:aws:events:us-east-1:000000000000:rule/tick'

describe('a start', () => {
  it('succeeds when every role allows what the template needs', () => {
    expect(() => checkAccess(model())).not.toThrow()
  })

  it.each<[string, Partial<StackModel>, string | RegExp]>([
    [
      'a machine may not call its function',
      { roles: [...model().roles.slice(0, 1), role('machine', [allow(['lambda:InvokeFunction'], [functionArn])])] },
      `App/Machine: the role machine does not allow lambda:InvokeFunction on ${functionArn}:3.`,
    ],
    [
      'a machine with a distributed Map may not start executions of its own',
      {
        stateMachines: model().stateMachines.map((machine) => ({
          ...machine,
          definition: JSON.stringify({ ProcessorConfig: { Mode: 'DISTRIBUTED' } }),
        })),
      },
      `App/Machine: the role machine does not allow states:StartExecution on ${model().stateMachines[0]?.arn}.`,
    ],
    [
      'a function may not read its queue',
      { roles: [role('worker', [allow(['sqs:SendMessage'], ['*'])]), ...model().roles.slice(1)] },
      `App/Jobs: the role worker does not allow sqs:ReceiveMessage on ${queueArn}.`,
    ],
    [
      'the gateway may not call a method’s function',
      { permissions: model().permissions.slice(1) },
      `App/Api/GET: ${functionArn} has no permission for apigateway.amazonaws.com`,
    ],
    [
      'a rule may not call its target',
      {
        schedules: [],
        permissions: model().permissions.slice(0, 1),
      },
      `App/Verdicts: ${functionArn} has no permission for events.amazonaws.com`,
    ],
    [
      'a function may not send what failed to where it goes',
      {
        asyncInvokeConfigs: [
          {
            path: 'App/Later',
            functionName: 'work',
            maximumRetryAttempts: 2,
            maximumEventAgeSeconds: 60,
            onFailureArn: 'arn:aws:sqs:us-east-1:000000000000:elsewhere',
          },
        ],
      },
      'App/Later: the role worker does not allow sqs:SendMessage on arn:aws:sqs:us-east-1:000000000000:elsewhere.',
    ],
    [
      'a schedule may not call its target',
      { eventRules: [], permissions: model().permissions.slice(0, 1) },
      `App/Rule: ${functionArn} has no permission for events.amazonaws.com`,
    ],
    [
      'a role has a condition that can’t be evaluated',
      { roles: [role('odd', [{ ...allow(['*'], ['*']), conditions: { Unheard: { of: 'this' } } }])] },
      'App/odd (AWS::IAM::Role)',
    ],
  ])('stops when %s', (_what, changes, message) => {
    expect(() => checkAccess(model(changes))).toThrow(message)
  })
})
