import type { Construct } from 'constructs'
import { watchFunctions } from '../../app/functions.ts'
import { alarmMeanings } from '../alarm-meanings.ts'
import { watchAgeAlarmSeconds, watchBatchSize, watchRetries, watchTimeoutSeconds } from '../limits.ts'
import { alarm, customMetric } from './alarm.ts'
import type { DeploymentContext, Tables } from './deployment-context.ts'
import { readStream, streamStatements } from './event-source.ts'
import { lambda } from './function.ts'
import { outputs } from './outputs.ts'
import { deadLetters } from './queue.ts'

/**
 * Detects changes to recorded history. No role of the system allows one, but a person with other rights could make it. A removal by
 * the archive command is told from any other by the ticket's archive reference. A record that the function fails on is a dead
 * letter, with an alarm of its own.
 */
export function watchEvents(scope: Construct, context: DeploymentContext, tables: Tables): void {
  const name = 'watch-events'
  const deadLetterQueue = deadLetters(scope, name, context, {
    meaning: alarmMeanings.WatchEventsDeadLetters,
    isFifo: false,
  })
  const fn = lambda(scope, name, context, tables, {
    access: watchFunctions[name].access,
    timeoutSeconds: watchTimeoutSeconds,
    statements: streamStatements(tables.Events, deadLetterQueue),
  })
  readStream(scope, name, context, {
    table: tables.Events,
    fn,
    events: ['MODIFY', 'REMOVE'],
    batchSize: watchBatchSize,
    retries: watchRetries,
    deadLetterQueue,
    ageAlarm: { seconds: watchAgeAlarmSeconds, meaning: alarmMeanings.WatchEventsLate },
  })
  alarm(scope, 'HistoryTampered', context, {
    metric: customMetric('HistoryTampered', fn, 'Sum'),
    threshold: 1,
    meaning: alarmMeanings.HistoryTampered,
  })
  outputs(scope, { WatchEventsFunction: fn.functionName, WatchEventsDlqUrl: deadLetterQueue.queueUrl })
}
