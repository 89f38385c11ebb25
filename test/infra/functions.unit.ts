import { describe, expect, it } from 'vitest'
import { type FunctionName, functionNames, httpFunctions, subscribers } from '../../app/functions.ts'
import { memoryMbOf } from '../../infra/memory-sizes.ts'
import { type StageName, stages } from '../../infra/stages.ts'
import { accessOf } from '../../proof/schema/access.ts'
import { pascalCase, readable, resourcesOf, shortName, single, stageNames, variablesOf } from './synthesized.ts'

const httpNames = Object.keys(httpFunctions)

const machines = '{"notification":"Notification","webhook":"Webhook","attachment":"Attachment","removal":"Removal"}'
const queues = JSON.stringify(
  Object.fromEntries(Object.keys(subscribers).map((name) => [name, `${pascalCase(name)}Queue`])),
)
const bucket = { ATTACHMENTS_BUCKET: 'attachments-{AccountId}-{Region}' }
const archive = { ARCHIVE_BUCKET: 'archive-{AccountId}-{Region}' }

/** Variables of a function besides those that all have, those of its tables, and the token settings and limits of HTTP functions. */
function expectedVariables(stage: StageName): Record<string, Record<string, string>> {
  const onAws = stage !== 'local'
  const scan = onAws ? { MALWARE_SCAN: 'guardduty' } : {}
  // Elsewhere, an address in a private network would let one tenant reach the infrastructure of all.
  const webhooks = onAws ? {} : { WEBHOOK_ALLOW_PRIVATE: 'true' }
  return {
    'run-saga-now': scan,
    'put-webhook': webhooks,
    'list-events': archive,
    'get-ticket-sla': archive,
    'correct-ticket': archive,
    'get-attachment': bucket,
    'relay-outbox': { SUBSCRIBER_QUEUE_URLS: queues },
    'sweep-outbox': { SUBSCRIBER_QUEUE_URLS: queues },
    'start-saga': { SAGA_MACHINES: machines, ...scan },
    'wake-saga': { SAGA_MACHINES: machines, ...scan },
    'reconcile-sagas': { SAGA_MACHINES: machines, ...scan },
    'reconcile-consumers': {
      SAGA_MACHINES: machines,
      ...scan,
      ...archive,
      DIGESTS_BUCKET: 'digests-{AccountId}-{Region}',
    },
    'reconcile-data': { SAGA_MACHINES: machines, ...scan, ...bucket, ...archive },
    'run-notification-step': {
      MAIL_FROM: {
        local: 'support@steadfast.example',
        dev: 'support@dev.steadfast.example',
        staging: 'support@staging.steadfast.example',
        prod: 'support@steadfast.example',
      }[stage],
      ...(onAws && { MAIL_CONFIGURATION_SET: 'mail' }),
    },
    'run-webhook-step': webhooks,
    'run-removal-step': bucket,
    'run-attachment-step': { ...bucket, UPLOAD_SECONDS: '900', ...scan },
    'record-upload': bucket,
    'sweep-uploads': bucket,
    'sweep-copies': bucket,
  }
}

describe.each(stageNames)('the functions of %s', (stage) => {
  const functions = resourcesOf(stage, 'AWS::Lambda::Function')

  it('are those in app/functions.ts', () => {
    expect(functions.map(shortName).sort()).toEqual(functionNames(stages[stage]).sort())
  })

  it('run the code that is bundled for them', () => {
    for (const fn of functions) expect(fn.Properties.Code, fn.id).toEqual({ ZipFile: `// ${shortName(fn)}` })
  })

  it('run on Node 24 with the handler of their bundle, their own memory and the architecture of the stage', () => {
    for (const fn of functions)
      expect(fn.Properties, fn.id).toMatchObject({
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        MemorySize: memoryMbOf(shortName(fn) as FunctionName),
        // Emulators run functions on the processor of the machine, which is mostly x86.
        Architectures: [stage === 'local' ? 'x86_64' : 'arm64'],
      })
  })

  it('end before API Gateway stops waiting for them after 29 s, so that they log why', () => {
    const http = functions.filter((fn) => httpNames.includes(shortName(fn)))
    expect(http).toHaveLength(httpNames.length)
    for (const { id, Properties } of http) expect(Properties.Timeout, id).toBeLessThan(29)
  })

  it('share the concurrency of the account, but those whose callers try again later are limited where users are many', () => {
    const reserved = functions
      .filter(({ Properties }) => Properties.ReservedConcurrentExecutions !== undefined)
      .map((fn) => [shortName(fn), fn.Properties.ReservedConcurrentExecutions])
    const inProduction = {
      'sweep-outbox': 1,
      'run-notification-step': 100,
      'run-webhook-step': 50,
      'run-attachment-step': 50,
      'record-upload': 20,
      'record-scan': 20,
      'record-bounce': 5,
    }
    expect(Object.fromEntries(reserved)).toEqual(stage === 'prod' || stage === 'staging' ? inProduction : {})
  })

  it('write to a log group of their own, which is made before they are', () => {
    const groups = resourcesOf(stage, 'AWS::Logs::LogGroup')
    for (const fn of functions) {
      const group = single(
        groups.filter(({ Properties }) => Properties.LogGroupName === `/aws/lambda/${fn.Properties.FunctionName}`),
      )
      expect(fn.Properties.LoggingConfig, fn.id).toEqual({ LogGroup: { Ref: group.id } })
    }
  })

  it('know the names of the tables that they may use, and of no other', () => {
    for (const fn of functions) {
      const tables = Object.entries(variablesOf(fn)).filter(([name]) => name.endsWith('_TABLE'))
      const expected = Object.keys(accessOf[shortName(fn)] ?? {}).map((table) => [
        `${constantCase(table)}_TABLE`,
        table,
      ])
      expect(Object.fromEntries(tables.map(([name, value]) => [name, readable(value)])), fn.id).toEqual(
        Object.fromEntries(expected),
      )
    }
  })

  it('have the settings that their code reads', () => {
    const expected = expectedVariables(stage)
    for (const fn of functions) {
      const name = shortName(fn)
      const variables = Object.entries(variablesOf(fn)).filter(([key]) => !key.endsWith('_TABLE'))
      const request = {
        JWT_ISSUER: 'JwtIssuer',
        JWT_AUDIENCE: 'JwtAudience',
        JWT_KEY_SET: 'JwtKeySet',
        TENANT_LIMITS: JSON.stringify(stages[stage].tenantLimits),
        METRICS_SERVICE: 'api',
      }
      expect(Object.fromEntries(variables.map(([key, value]) => [key, readable(value)])), name).toEqual({
        // The dimension of custom metrics: the stages of one account stay apart by the full name.
        POWERTOOLS_SERVICE_NAME: name,
        LOG_LEVEL: 'INFO',
        ...(httpNames.includes(name) && request),
        ...expected[name],
      })
      expect(variablesOf(fn).POWERTOOLS_SERVICE_NAME, name).toBe(fn.Properties.FunctionName)
    }
  })
})

/** `RequestKeys` → `REQUEST_KEYS`. */
function constantCase(name: string): string {
  return name.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()
}
