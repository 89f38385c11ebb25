import { type IRuleTarget, Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Duration } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { incompleteMeanings, type ScheduledFunctionName, scheduleMeanings } from '../alarm-meanings.ts'
import { alarm, customMetric, silenceAlarm } from './alarm.ts'
import type { DeploymentContext, Tables } from './deployment-context.ts'
import { type FunctionSettings, lambda } from './function.ts'
import { arnOf, pascalCase, physicalName } from './names.ts'

/**
 * A function that runs once every `minutes`. Runs that EventBridge cannot start, or that fail with their retries, go to the dead-letter
 * queue of all schedules; alarms notice when the function does not run at all, and when its rounds do not come to the end.
 */
export function scheduled(
  scope: Construct,
  name: ScheduledFunctionName,
  context: DeploymentContext,
  tables: Tables,
  { minutes, ...settings }: FunctionSettings & { minutes: number },
): LambdaFunction {
  const deadLetters = { queueArn: arnOf(scope, 'sqs', scheduleDeadLettersName(context)) }
  const fn = lambda(scope, name, context, tables, { ...settings, deadLetters })
  const id = pascalCase(name)
  new Rule(scope, `${id}Schedule`, {
    ruleName: physicalName(context, name),
    schedule: Schedule.rate(Duration.minutes(minutes)),
    targets: [withDeadLetters(new LambdaTarget(fn), deadLetters)],
  })
  alarm(scope, `${id}Incomplete`, context, {
    metric: customMetric('RoundsIncomplete', fn, 'Maximum').with({ period: Duration.minutes(minutes) }),
    threshold: 1,
    periods: 3,
    meaning: incompleteMeanings[name],
  })
  silenceAlarm(scope, `${id}Silent`, context, { fn, minutes, meaning: scheduleMeanings[name] })
  return fn
}

/** The target, with a queue for what EventBridge cannot deliver. The queue's own policy lets EventBridge send. */
export function withDeadLetters(target: IRuleTarget, { queueArn }: { queueArn: string }): IRuleTarget {
  return { bind: (rule, id) => ({ ...target.bind(rule, id), deadLetterConfig: { arn: queueArn } }) }
}

/** The name of the dead-letter queue of all schedules. Stacks refer to it by name, so that none of them has to import it. */
function scheduleDeadLettersName(context: DeploymentContext): string {
  return physicalName(context, 'schedules-dlq')
}
