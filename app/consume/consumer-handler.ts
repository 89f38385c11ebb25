import type { SQSEvent } from 'aws-lambda'
import type { Runtime } from '../../domain/runtime.ts'
import type { Store } from '../../tables/store.ts'
import { backgroundHandler } from '../background-handler.ts'
import { runtime, storeFromEnvironment } from '../environment.ts'
import { consumeBatch } from './consume-batch.ts'
import type { Consumer } from './consumer.ts'

/** The Lambda handler of an ordered consumer. */
export function consumerHandler(createConsumer: (store: Store, runtime: Runtime) => Consumer) {
  const store = storeFromEnvironment()
  const consumer = createConsumer(store, runtime)
  return backgroundHandler((event: SQSEvent, observer, deadlineMs) =>
    consumeBatch({ store, runtime, observer }, consumer, event, deadlineMs),
  )
}
