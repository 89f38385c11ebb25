import { eventsAtOnce } from '../../functions/reconcile-consumers/confirm-events.ts'
import { consumerBatchSize, reconcileMinutes, reconcileTimeoutSeconds, relayBatchSize } from '../../infra/limits.ts'
import { stages } from '../../infra/stages.ts'
import { sendsPerHourMax } from '../../tables/send-quota.ts'
import type { AppSettings } from '../cost/app-settings.ts'
import { memoryRule, scaledMs } from '../cost/memory-rule.ts'
import { assumed } from '../cost/prices.ts'
import { type Measured, type UseCase, useCases } from '../cost/usage.ts'
import { isOfOneRun } from './key-scopes.ts'
import { quotas } from './quotas.ts'
import { assumptions, type Rates, ratesOf } from './rates.ts'
import { bytesPerTicket, placesOf } from './row-units.ts'
import { type HotKey, hotKeys } from './skew.ts'

const production = stages.prod

/** A limit, and how much of it the traffic takes. */
export interface LimitUse {
  name: string
  /** Load and limit have the same unit. */
  load: number
  limit: number
  unit: string
  /** Whose limit it is: AWS raises it on request or not at all, or a number in this repository. */
  of: 'AWS, fixed' | 'AWS, on request' | 'this app'
  /** Who notices first when it is met. */
  noticedBy: 'users' | 'operators'
  /** What to do when it is met. */
  lever: string
}

/**
 * CPU time of one invocation in seconds, at the speed of the function's memory. Readers of queues and streams
 * were measured with full batches.
 */
function cpuSeconds(name: string, { functionUse }: Measured, { memoryMb }: AppSettings): number {
  return scaledMs(functionUse[name]?.meanCpuMs ?? 0, memoryMb[name] ?? memoryRule.wholeCpuMb) / 1_000
}

/** Seconds that a function waits in one use case when its calls follow one another: where some are made at once, it is less. */
function waitSeconds(name: string, useCase: UseCase, measured: Measured): number {
  const { database, calls } = measured.useCases[useCase]
  const own = database.filter((call) => call.function === name).reduce((sum, { times }) => sum + times, 0)
  const other = Object.entries(calls).filter(([call]) => call.startsWith(`${name} `))
  return ((own + other.reduce((sum, [, times]) => sum + times, 0)) * assumed.msPerCall) / 1_000
}

/**
 * Seconds that it takes to confirm an event, of tickets with so many each: all of a ticket's are taken to come one after the other, and a
 * call's CPU time to be what one of project-views takes.
 */
function confirmSeconds(eventsPerTicket: number, measured: Measured, settings: AppSettings): number {
  const wait = waitSeconds('reconcile-consumers', 'comment', measured)
  const consumerCpu = cpuSeconds('project-views', measured, settings) / consumerBatchSize
  const cpuOfWait = consumerCpu / waitSeconds('project-views', 'comment', measured)
  return wait * (Math.min(1, eventsPerTicket / eventsAtOnce) + cpuOfWait)
}

/**
 * Where traffic is drawn, per second. A key's load grows with the traffic, so it is scaled from here: dense
 * enough to be drawn in ten seconds.
 */
const drawnTicketsPerYear = 1e8

/** The busiest keys when one tenant has this share of all traffic, at the rates of so many tickets a year. */
export function hotKeysAt(ticketsPerYear: number, largestTenant: number, measured: Measured, settings: AppSettings) {
  const opensPerSecond = ratesOf(drawnTicketsPerYear).runs['open a ticket']
  const drawn = hotKeys({ opensPerSecond, largestTenant, seconds: 10, seed: 1 }, measured, settings)
  const grown = drawn.map((hot): HotKey => {
    const factor = isOfOneRun(hot.scope) ? 1 : ticketsPerYear / drawnTicketsPerYear
    return { ...hot, writeUnitsPerSecond: hot.writeUnitsPerSecond * factor }
  })
  return grown.toSorted((a, b) => b.writeUnitsPerSecond - a.writeUnitsPerSecond)
}

/** Every limit at this scale. All loads grow with the number of tickets. */
export function limitsAt(ticketsPerYear: number, measured: Measured, settings: AppSettings): LimitUse[] {
  const rates = ratesOf(ticketsPerYear)
  return [
    ...requestLimits(rates),
    ...backgroundLimits(rates, measured, settings),
    ...databaseLimits(ticketsPerYear, rates, measured, settings),
    ...serviceLimits(rates),
    ...commandLimits(ticketsPerYear, measured, settings),
  ]
}

/** The limits of commands that read all rows into one process. */
function commandLimits(ticketsPerYear: number, measured: Measured, settings: AppSettings): LimitUse[] {
  const perTicket = Object.values(bytesPerTicket(measured, settings)).reduce((a, b) => a + b, 0)
  const gigabytes = (perTicket * ticketsPerYear) / 1e9
  const common = {
    limit: assumptions.commandHeapBytes / assumptions.heapPerStoredByte / 1e9,
    of: 'this app',
    noticedBy: 'operators',
  } as const
  return [
    {
      ...common,
      name: 'the repair of a restore, in one process',
      load: gigabytes,
      unit: 'GB of rows',
      lever: 'a larger heap (`NODE_OPTIONS=--max-old-space-size`); repair a part of the keys at a time',
    },
    {
      ...common,
      name: '`npm run check`, which has one tenant at a time in memory (ADR 56)',
      load: gigabytes * assumptions.largestTenant,
      unit: 'GB of rows of one tenant',
      lever: 'a larger heap (`NODE_OPTIONS=--max-old-space-size`); check the read models of a tenant by shard',
    },
  ]
}

function requestLimits({ requests }: Rates): LimitUse[] {
  const rate = production.throttling?.ratePerSecond ?? Number.POSITIVE_INFINITY
  return [
    {
      name: 'requests, at the throttle of the stage',
      load: requests,
      limit: rate,
      unit: 'requests a second',
      of: 'this app',
      noticedBy: 'users',
      lever: '`throttling` in `infra/stages.ts`, up to the quota of the account',
    },
    {
      name: 'requests, at API Gateway',
      load: requests,
      limit: quotas.apiRequests.limit,
      unit: 'requests a second',
      of: 'AWS, on request',
      noticedBy: 'users',
      lever: 'a higher quota; a second account by tenant',
    },
    {
      name: 'requests of the largest tenant',
      load: requests * assumptions.largestTenant,
      limit: production.tenantLimits.requestsPerSecond,
      unit: 'requests a second',
      of: 'this app',
      noticedBy: 'users',
      lever: '`tenantLimits.overrides` in `infra/stages.ts`',
    },
  ]
}

const queueReaders = ['project-views', 'start-saga', 'unassign-tickets'] as const
const sagaReaders = {
  'run-notification-step': 'notification saga',
  'run-webhook-step': 'webhook',
  'run-attachment-step': 'attachment saga',
} as const

function backgroundLimits({ runs, events, requests }: Rates, measured: Measured, settings: AppSettings): LimitUse[] {
  const { perQueue } = production.concurrency
  const queues = queueReaders.map((name): LimitUse => {
    const seconds = cpuSeconds(name, measured, settings) / consumerBatchSize + waitSeconds(name, 'comment', measured)
    return {
      name: `${name}, a batch's messages one after the other`,
      load: events * seconds,
      limit: perQueue,
      unit: 'functions at once',
      of: 'this app',
      noticedBy: 'users',
      lever: '`concurrency.perQueue` in `infra/stages.ts`',
    }
  })
  const sagas = (Object.entries(sagaReaders) as [keyof typeof sagaReaders, UseCase][]).map(
    ([name, useCase]): LimitUse => {
      const seconds = cpuSeconds(name, measured, settings) + waitSeconds(name, useCase, measured)
      return {
        name: `${name}, its reserved concurrency`,
        load: runs[useCase] * seconds,
        limit: production.reservedConcurrency[name] ?? Number.POSITIVE_INFINITY,
        unit: 'functions at once',
        of: 'this app',
        noticedBy: 'users',
        lever: '`reservedConcurrency` in `infra/stages.ts`, and the concurrency of the account',
      }
    },
  )
  // Of a full batch: ten messages a call to every queue at the same time, then ten rows at a time are put and deleted.
  const relayWaits = (relayBatchSize / 10) * 3 * assumed.msPerCall
  const relaySeconds = (cpuSeconds('relay-outbox', measured, settings) + relayWaits / 1_000) / relayBatchSize
  const readSeconds = cpuSeconds('get-ticket', measured, settings) + (2 * assumed.msPerCall) / 1_000
  const writes = useCases.reduce((sum, useCase) => {
    const names = Object.entries(measured.useCases[useCase].invocations)
    const seconds = names.map(([name, times]) => {
      return times * cpuSeconds(name, measured, settings) + waitSeconds(name, useCase, measured)
    })
    return sum + runs[useCase] * seconds.reduce((all, each) => all + each, 0)
  }, 0)
  return [
    ...queues,
    ...sagas,
    {
      name: 'reconcile-consumers, the events of a ticket one after the other',
      load: events * reconcileMinutes * 60,
      limit: reconcileTimeoutSeconds / confirmSeconds(events / runs['open a ticket'], measured, settings),
      unit: 'events a round',
      of: 'this app',
      noticedBy: 'operators',
      lever: 'a longer round or more memory, then a round per part of the keys',
    },
    {
      name: 'relay-outbox, one full batch per shard at a time',
      load: events * relaySeconds,
      limit: quotas.newTableWrites.limit / quotas.partitionWrites.limit,
      unit: 'functions at once (shards of a new table)',
      of: 'AWS, fixed',
      noticedBy: 'users',
      lever: 'shards grow with the writes of `Outbox`; `parallelizationFactor` allows ten batches per shard',
    },
    {
      name: 'Lambda, everything together',
      load: writes + (requests * assumptions.readsPerWrite * readSeconds) / (assumptions.readsPerWrite + 1),
      limit: quotas.executions.limit,
      unit: 'functions at once',
      of: 'AWS, on request',
      noticedBy: 'users',
      lever: 'a higher quota of the account; `concurrency.account` follows it',
    },
  ]
}

function databaseLimits(tickets: number, { runs }: Rates, measured: Measured, settings: AppSettings): LimitUse[] {
  const byPlace: Record<string, number> = {}
  for (const useCase of useCases)
    for (const { place, writeUnits } of placesOf(useCase, measured, settings))
      byPlace[place] = (byPlace[place] ?? 0) + writeUnits * runs[useCase]
  const [busiest = ['none', 0]] = Object.entries(byPlace).toSorted(([, a], [, b]) => b - a)
  const keys = hotKeysAt(tickets, assumptions.largestTenant, measured, settings)
  const hot = keys.find(({ scope }) => !isOfOneRun(scope))
  return [
    {
      name: `the busiest table or index, ${busiest[0]}`,
      load: busiest[1],
      limit: quotas.tableWrites.limit,
      unit: 'write units a second',
      of: 'AWS, on request',
      noticedBy: 'users',
      lever: 'a higher quota of the table',
    },
    {
      name: `the busiest partition key, of ${hot?.place ?? 'none'} by ${hot?.scope ?? 'none'}`,
      load: hot?.writeUnitsPerSecond ?? 0,
      limit: quotas.partitionWrites.limit,
      unit: 'write units a second',
      of: 'AWS, fixed',
      noticedBy: 'users',
      lever: 'two letters in the key of a word; search in OpenSearch (ADR 36)',
    },
  ]
}

function serviceLimits({ runs, events, mails, sagas }: Rates): LimitUse[] {
  const transitions = runs['notification saga'] + runs.webhook + 3 * runs['attachment saga']
  const mailsPerDay = (mails / assumptions.peakFactor) * 24 * 3_600
  const raise = 'a higher quota'
  return [
    aws('Step Functions, executions started', sagas, 'startedExecutions', `${raise}; sagas without a state machine`),
    aws('Step Functions, transitions', transitions, 'transitions', raise),
    aws('SQS, calls per queue at one message each', events, 'fifoCalls', 'batches hold up to ten'),
    aws('SES, rate', mails, 'mailsPerSecond', raise),
    aws('SES, a day', mailsPerDay, 'mailsPerDay', raise),
    {
      name: 'mails of the largest tenant in an hour',
      load: mails * 3_600 * assumptions.largestTenant,
      limit: sendsPerHourMax,
      unit: 'mails an hour',
      of: 'this app',
      noticedBy: 'users',
      lever: 'budgets by tenant, as the limits of requests have them; a digest in place of single mails',
    },
    aws('S3, writes below one prefix', 3 * runs['attachment saga'], 'objectWrites', 'a prefix per tenant'),
    {
      name: 'Step Functions, open executions when every saga waits for an hour',
      load: sagas * 3_600,
      limit: quotas.openExecutions.limit,
      unit: 'open executions',
      of: 'AWS, on request',
      noticedBy: 'users',
      lever: raise,
    },
  ]
}

function aws(name: string, load: number, quota: keyof typeof quotas, lever: string): LimitUse {
  const { limit, unit, isAdjustable } = quotas[quota]
  return { name, load, limit, unit, of: isAdjustable ? 'AWS, on request' : 'AWS, fixed', noticedBy: 'users', lever }
}
