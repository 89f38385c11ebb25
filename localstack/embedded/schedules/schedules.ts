import { randomUUID } from 'node:crypto'
import { AwsError } from '../aws-error.ts'
import type { InvokeLater } from '../lambda/invoke-later.ts'
import { isThrottle } from '../lambda/is-throttle.ts'
import { accountId, type InvokeFunction, type Log } from '../ports.ts'
import { parseScheduleExpression, type ScheduleTimes } from './schedule-expression.ts'

/** A synthesized `AWS::Events::Rule` or `AWS::Scheduler::Schedule` with functions as targets. */
export interface ScheduledRule {
  name: string
  arn: string
  /** `rate(…)` or `cron(…)`. */
  expression: string
  enabled: boolean
  /** `arn` of a function; `input` is JSON text that takes the place of the event. */
  targets: readonly { id: string; arn: string; input?: string }[]
}

export interface SchedulesOptions {
  rules: readonly ScheduledRule[]
  invoke: InvokeFunction
  /** Tries again what failed when it was due. */
  invokeLater: InvokeLater
  log: Log
  now?: () => Date
}

export interface Schedules {
  names(): string[]
  /**
   * Runs a rule's targets now, once, whether it is enabled or not, and waits for their end. Throws `ResourceNotFoundException` (404) for an
   * unknown name and what the functions failed with.
   */
  runNow(name: string): Promise<void>
  /** Starts nothing new and waits for what runs. */
  stop(): Promise<void>
}

/** `setTimeout` takes no more; longer waits go in pieces. */
const timeoutMsMax = 2 ** 31 - 1

/**
 * Runs schedules on timers, from now on: a rate begins with its first interval, and what was due while the stack was stopped is not
 * made up for. A run that fails or is throttled is tried again, and becomes a dead letter, as the function's settings for asynchronous
 * events say. Throws for an expression or a target that is not known here.
 */
export function startSchedules({
  rules,
  invoke,
  invokeLater,
  log,
  now = () => new Date(),
}: SchedulesOptions): Schedules {
  const stopping = new AbortController()
  const running = new Set<Promise<unknown>>()
  const timers = new Set<NodeJS.Timeout>()

  function wait(rule: ScheduledRule, times: ScheduleTimes, due: Date | undefined) {
    if (!due || stopping.signal.aborted) return
    const leftMs = due.getTime() - now().getTime()
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        if (leftMs > timeoutMsMax) return wait(rule, times, due)
        track(run(rule, due, retry)).catch((error: Error) => {
          if (!stopping.signal.aborted) log.warn(`schedule ${rule.name}: ${error.message}`)
        })
        // Counted from when it was due, so that late timers do not add up; after a long sleep of the machine, from now.
        wait(rule, times, times.after(new Date(Math.max(due.getTime(), now().getTime() - 1000))))
      },
      Math.min(Math.max(0, leftMs), timeoutMsMax),
    )
    timers.add(timer)
  }

  function track<T>(work: Promise<T>): Promise<T> {
    running.add(work)
    const done = () => running.delete(work)
    work.then(done, done)
    return work
  }

  const retry: InvokeLater = (arn, payload, attempts) => {
    if (!stopping.signal.aborted) invokeLater(arn, payload, attempts)
  }

  async function run(rule: ScheduledRule, due: Date, later: InvokeLater = () => {}): Promise<void> {
    const results = await Promise.all(
      rule.targets.map(async ({ arn, input }) => {
        const payload = input === undefined ? eventOf(rule, due) : JSON.parse(input)
        try {
          const result = await invoke(arn, payload)
          if (result.status === 'failed') later(arn, payload, { attempts: 1 })
          return result
        } catch (error) {
          if (isThrottle(error)) later(arn, payload, { attempts: 0 })
          throw error
        }
      }),
    )
    const failure = results.find((result) => result.status === 'failed')
    if (failure?.status === 'failed') throw new Error(`${failure.errorType}: ${failure.errorMessage}`)
  }

  for (const rule of rules) {
    const times = checked(rule)
    if (rule.enabled) wait(rule, times, times.after(now()))
  }
  return {
    names: () => rules.map(({ name }) => name),
    async runNow(name) {
      const rule = rules.find((one) => one.name === name)
      if (!rule) throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist.`, 404)
      await track(run(rule, now()))
    },
    async stop() {
      stopping.abort()
      for (const timer of timers) clearTimeout(timer)
      await Promise.allSettled(running)
    },
  }
}

function checked({ name, expression, targets }: ScheduledRule): ScheduleTimes {
  for (const { arn } of targets) {
    if (!arn.startsWith('arn:aws:lambda:')) throw new Error(`schedule ${name}: target ${arn} is not a function`)
  }
  return parseScheduleExpression(expression)
}

/** The event that a target gets when it has no input of its own. */
function eventOf({ arn }: ScheduledRule, due: Date): Record<string, unknown> {
  const isScheduler = arn.startsWith('arn:aws:scheduler:')
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: isScheduler ? 'aws.scheduler' : 'aws.events',
    account: accountId,
    time: due.toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region: 'us-east-1',
    resources: [arn],
    detail: isScheduler ? '{}' : {},
  }
}
