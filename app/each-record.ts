import type { Runtime } from '../domain/runtime.ts'
import { shareOfTime } from './consume/turns.ts'
import type { Observer } from './observer.ts'

/**
 * Handles the records of an asynchronous invocation one by one, each within an equal share of the time that is left (its deadline, in epoch
 * milliseconds). A record that fails holds up no other. Lambda knows only whole events: throws when a record failed or was not reached, so
 * that the event is delivered again; what was handled must be safe to repeat.
 */
export async function handleEachRecord<Item>(
  { runtime, observer }: { runtime: Runtime; observer: Observer },
  records: readonly Item[],
  deadlineMs: number,
  handle: (record: Item, deadlineMs: number) => Promise<void>,
): Promise<void> {
  const causes: unknown[] = []
  for (const [index, record] of records.entries()) {
    try {
      if (runtime.now() >= deadlineMs) throw new Error('there was no time left for this record')
      await handle(record, shareOfTime(runtime, deadlineMs, records.length - index))
    } catch (cause) {
      observer.error('record could not be handled: Lambda will deliver its event again', { index, cause })
      causes.push(cause)
    }
  }
  if (causes.length > 0)
    throw new AggregateError(
      causes,
      `${causes.length} of ${records.length} records were not handled: the event must be delivered again`,
    )
}
