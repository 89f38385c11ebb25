import type { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Duration } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { uploadFunctions } from '../../app/functions.ts'
import { alarmMeanings } from '../alarm-meanings.ts'
import {
  copySweepMinutes,
  copySweepTimeoutSeconds,
  missedDeliveriesAlarm,
  sweepMinutes,
  sweepTimeoutSeconds,
} from '../limits.ts'
import { alarm, customMetric, errorsPer } from './alarm.ts'
import { objectStatements } from './attachments-bucket.ts'
import type { DeploymentContext, Tables } from './deployment-context.ts'
import { outputs } from './outputs.ts'
import { scheduled } from './schedule.ts'

/** Finds uploads in quarantine whose notification was lost. */
export function sweepUploads(
  scope: Construct,
  context: DeploymentContext,
  tables: Tables,
  settings: { environment: Record<string, string>; callbackStatement: PolicyStatement },
): void {
  const fn = scheduled(scope, 'sweep-uploads', context, tables, {
    minutes: sweepMinutes,
    access: uploadFunctions['sweep-uploads'].access,
    timeoutSeconds: sweepTimeoutSeconds,
    environment: settings.environment,
    statements: [
      ...objectStatements(scope, context, { quarantine: ['DeleteObject'], canList: true }),
      settings.callbackStatement,
    ],
  })
  alarm(scope, 'UploadSweepFails', context, {
    metric: errorsPer(Duration.minutes(sweepMinutes), fn),
    threshold: 1,
    periods: 3,
    meaning: alarmMeanings.UploadSweepFails,
  })
  alarm(scope, 'UploadEventsMissing', context, {
    metric: customMetric('UploadsSwept', fn, 'Sum'),
    threshold: 1,
    periods: missedDeliveriesAlarm.minutes,
    breachingPeriods: missedDeliveriesAlarm.breachingMinutes,
    meaning: alarmMeanings.UploadEventsMissing,
  })
  alarm(scope, 'UploadsNotSwept', context, {
    metric: customMetric('UploadsNotSwept', fn, 'Maximum'),
    threshold: 1,
    periods: 5,
    meaning: alarmMeanings.UploadsNotSwept,
  })
  if (context.stage.malwareScan)
    alarm(scope, 'UploadsLate', context, {
      metric: customMetric('UploadsLate', fn, 'Maximum'),
      threshold: 1,
      periods: 3,
      meaning: alarmMeanings.UploadsLate,
    })
  outputs(scope, { SweepUploadsFunction: fn.functionName })
}

/** Deletes copies in `clean/` that S3 finished after their saga had undone them. */
export function sweepCopies(
  scope: Construct,
  context: DeploymentContext,
  tables: Tables,
  settings: { environment: Record<string, string> },
): void {
  const fn = scheduled(scope, 'sweep-copies', context, tables, {
    minutes: copySweepMinutes,
    access: uploadFunctions['sweep-copies'].access,
    timeoutSeconds: copySweepTimeoutSeconds,
    environment: settings.environment,
    statements: objectStatements(scope, context, { clean: ['DeleteObject'], canList: true }),
  })
  const period = Duration.minutes(copySweepMinutes)
  alarm(scope, 'CopySweepFails', context, {
    metric: errorsPer(period, fn),
    threshold: 1,
    periods: 3,
    meaning: alarmMeanings.CopySweepFails,
  })
  alarm(scope, 'CopiesNotSwept', context, {
    metric: customMetric('CopiesNotSwept', fn, 'Maximum').with({ period }),
    threshold: 1,
    periods: 3,
    meaning: alarmMeanings.CopiesNotSwept,
  })
  outputs(scope, { SweepCopiesFunction: fn.functionName })
}
