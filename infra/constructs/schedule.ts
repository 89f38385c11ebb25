import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { Duration } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import type { DeploymentContext } from './deployment-context.ts'
import { pascalCase, physicalName } from './names.ts'

/** Invokes the function once every `minutes`. */
export function runEvery(
  scope: Construct,
  name: string,
  context: DeploymentContext,
  { minutes, fn }: { minutes: number; fn: IFunction },
): void {
  new Rule(scope, `${pascalCase(name)}Schedule`, {
    ruleName: physicalName(context, name),
    schedule: Schedule.rate(Duration.minutes(minutes)),
    targets: [new LambdaTarget(fn)],
  })
}
