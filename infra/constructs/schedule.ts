import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { Duration } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { nameOf, pascalCase, type Site } from './site.ts'

/** Invokes the function every `minutes`, for ever. */
export function everyMinutes(scope: Construct, name: string, site: Site, minutes: number, fn: IFunction): void {
  new Rule(scope, `${pascalCase(name)}Schedule`, {
    ruleName: nameOf(site, name),
    schedule: Schedule.rate(Duration.minutes(minutes)),
    targets: [new LambdaTarget(fn)],
  })
}
