import type { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Duration } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { reconcileFunctions } from '../../app/functions.ts'
import { alarmMeanings } from '../alarm-meanings.ts'
import { reconcileDataMinutes, reconcileDataTimeoutSeconds } from '../limits.ts'
import { alarm, customMetric, errorsPer } from './alarm.ts'
import { archiveReading } from './archive-bucket.ts'
import { attachmentsBucketName, objectStatements } from './attachments-bucket.ts'
import type { DeploymentContext, Tables } from './deployment-context.ts'
import { outputs } from './outputs.ts'
import { scheduled } from './schedule.ts'

/** Compares stored data with what it follows from, and heals what it can. */
export function reconcileData(
  scope: Construct,
  context: DeploymentContext,
  tables: Tables,
  machines: { environment: Record<string, string>; statements: PolicyStatement[] },
): void {
  const archive = archiveReading(scope, context)
  const fn = scheduled(scope, 'reconcile-data', context, tables, {
    minutes: reconcileDataMinutes,
    ...reconcileFunctions['reconcile-data'],
    timeoutSeconds: reconcileDataTimeoutSeconds,
    environment: {
      ...machines.environment,
      ...archive.environment,
      ATTACHMENTS_BUCKET: attachmentsBucketName(scope, context),
    },
    statements: [
      ...machines.statements,
      ...archive.statements,
      // The length of an object is read as the object is.
      ...objectStatements(scope, context, { clean: ['GetObject'], canList: true }),
    ],
  })
  const period = Duration.minutes(reconcileDataMinutes)
  alarm(scope, 'ReconcileDataFails', context, {
    metric: errorsPer(period, fn),
    threshold: 1,
    periods: 3,
    meaning: alarmMeanings.ReconcileDataFails,
  })
  alarm(scope, 'DriftNotHealed', context, {
    metric: customMetric('DriftNotHealed', fn, 'Maximum').with({ period }),
    threshold: 1,
    meaning: alarmMeanings.DriftNotHealed,
  })
  outputs(scope, { ReconcileDataFunction: fn.functionName })
}
