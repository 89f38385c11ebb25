import type { SQSEvent } from 'aws-lambda'
import type { Runtime } from '../../domain/runtime.ts'
import type { Store } from '../../tables/store.ts'
import { runtime, storeFromEnvironment } from '../environment.ts'
import { withObserver } from '../observer.ts'
import { consumeBatch } from './consume-batch.ts'
import type { Consumer } from './consumer.ts'

/** The Lambda handler of an ordered consumer. */
export function consumerHandler(consumerOn: (store: Store, runtime: Runtime) => Consumer) {
  const tables = storeFromEnvironment()
  const consumer = consumerOn(tables, runtime)
  return withObserver((event: SQSEvent, observer, deadlineMs) =>
    consumeBatch({ store: tables, runtime, observer }, consumer, event, deadlineMs),
  )
}
