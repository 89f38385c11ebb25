import { Duration } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { watchFunctions } from '../../app/functions.ts'
import { watchTimeoutSeconds } from '../limits.ts'
import { alarm } from './alarm.ts'
import { readStream, streamStatements } from './event-source.ts'
import { lambda } from './function.ts'
import { outputs } from './outputs.ts'
import { deadLetters } from './queue.ts'
import type { Site, Tables } from './site.ts'

/**
 * Notices when history is changed. No role of the system may do it, but a person with rights of their own might. The alarm counts
 * invocations, which only a MODIFY or REMOVE causes, so it does not depend on what the function makes of the record.
 */
export function watchEvents(scope: Construct, site: Site, tables: Tables): void {
  const name = 'watch-events'
  const deadLetterQueue = deadLetters(scope, name, site, {
    meaning:
      'Someone changed or removed recorded history, and the evidence could not be logged: read it from the stream within 24 hours.',
    isFifo: false,
  })
  const fn = lambda(scope, name, site, tables, {
    access: watchFunctions[name].access,
    timeoutSeconds: watchTimeoutSeconds,
    statements: streamStatements(tables.Events, deadLetterQueue),
  })
  readStream(scope, name, site, {
    table: tables.Events,
    fn,
    events: ['MODIFY', 'REMOVE'],
    batchSize: 10,
    retries: 5,
    deadLetterQueue,
    late: { afterSeconds: 300, meaning: 'Whether recorded history was changed is not known for the last minutes.' },
  })
  alarm(scope, 'HistoryTampered', site, {
    metric: fn.metricInvocations({ statistic: 'Sum', period: Duration.minutes(1) }),
    threshold: 1,
    meaning: 'Recorded history was changed or removed: what users read of their tickets may not be what happened.',
  })
  outputs(scope, { WatchEventsFunction: fn.functionName, WatchEventsDlqUrl: deadLetterQueue.queueUrl })
}
