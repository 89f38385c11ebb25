import { describe, expect, it } from 'vitest'
import { httpFunctions, subscribers } from '../../app/functions.ts'
import { type StageName, stages } from '../../infra/stages.ts'
import { resourcesOf, shortName, stageNames } from './synthesized.ts'

/** Invocations at the same time by what has no other limit: two streams of one shard each, and the functions on a schedule. */
function othersAtOnce(stage: StageName): number {
  const streams = resourcesOf(stage, 'AWS::Lambda::EventSourceMapping').filter(
    ({ Properties }) => Properties.StartingPosition,
  )
  return streams.length + resourcesOf(stage, 'AWS::Events::Rule').length
}

/** What is left to the functions of the API when everything behind it is as busy as it may be. */
function leftToApi(stage: StageName): number {
  const { concurrency, reservedConcurrency } = stages[stage]
  const account = concurrency.account ?? Number.POSITIVE_INFINITY
  const reserved = Object.values(reservedConcurrency).reduce((sum, each) => sum + each, 0)
  const queues = Object.keys(subscribers).length * concurrency.perQueue
  return account - reserved - queues - othersAtOnce(stage)
}

describe.each(['staging', 'prod'] as const)('the concurrency of %s', (stage) => {
  const { concurrency, reservedConcurrency } = stages[stage]

  it('leaves more than half of the account to the API, however much work waits behind it', () => {
    expect(leftToApi(stage)).toBeGreaterThan(500)
  })

  it('keeps the 100 executions unreserved that Lambda insists on', () => {
    const reserved = Object.values(reservedConcurrency).reduce((sum, each) => sum + each, 0)
    expect((concurrency.account ?? 0) - reserved).toBeGreaterThanOrEqual(100)
  })

  it('is reserved by no function of the API, because a reserve of one is a maximum, and is missing to the others', () => {
    expect(Object.keys(httpFunctions).filter((name) => name in reservedConcurrency)).toEqual([])
  })

  it('is limited for every function that is invoked by anything but the gateway, a stream, a queue or a schedule', () => {
    const callers = resourcesOf(stage, 'AWS::Lambda::Permission').filter(({ Properties }) =>
      ['s3.amazonaws.com', 'sns.amazonaws.com'].includes(String(Properties.Principal)),
    )
    const invoked = callers.map(({ Properties }) => JSON.stringify(Properties.FunctionName))
    const functions = resourcesOf(stage, 'AWS::Lambda::Function').filter(({ id }) =>
      invoked.some((name) => name.includes(id)),
    )
    const sagaSteps = ['run-notification-step', 'run-webhook-step', 'run-attachment-step']
    const names = [...functions.map(shortName), ...sagaSteps]
    expect(names).toEqual(expect.arrayContaining(['record-upload', 'record-bounce']))
    for (const name of names) expect([name, name in stages.prod.reservedConcurrency]).toEqual([name, true])
  })
})

describe.each(stageNames)('one tenant in %s', (stage) => {
  const { throttling, tenantLimits } = stages[stage]

  it('can use at most half of what the stage serves', () => {
    const most = Math.max(tenantLimits.requestsPerSecond, ...Object.values(tenantLimits.overrides ?? {}))
    expect(most).toBeLessThanOrEqual((throttling?.ratePerSecond ?? Number.POSITIVE_INFINITY) / 2)
  })

  it('has a limit in every function of the API but the public one', () => {
    for (const fn of resourcesOf(stage, 'AWS::Lambda::Function')) {
      const variables = Object.keys((fn.Properties.Environment as { Variables?: object }).Variables ?? {})
      const isLimited = shortName(fn) in httpFunctions && shortName(fn) !== 'get-openapi'
      expect([shortName(fn), variables.includes('RATE_LIMITS_TABLE')]).toEqual([shortName(fn), isLimited])
    }
  })
})
