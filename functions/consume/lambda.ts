import type { SQSEvent } from 'aws-lambda'
import type { World } from '../../domain/world.ts'
import type { Store } from '../../tables/store.ts'
import { observed } from '../observer.ts'
import { store, world } from '../runtime.ts'
import { consumeBatch } from './consume-batch.ts'
import type { Consumer } from './consumer.ts'

/** The Lambda handler of an ordered consumer. */
export function consumes(consumerOn: (store: Store, world: World) => Consumer) {
  const tables = store()
  const consumer = consumerOn(tables, world)
  return observed((event: SQSEvent, observer, untilMs) =>
    consumeBatch({ store: tables, world, observer }, consumer, event, untilMs),
  )
}
