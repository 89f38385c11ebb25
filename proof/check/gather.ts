import type { Attempt } from '../load/attempt.ts'
import type { Target } from '../target.ts'
import { type Evidence, gatherEvidence } from './evidence.ts'
import { readMails } from './mail-log.ts'
import { readObjects } from './objects.ts'

/** Everything there is to judge a target by: its tables, its objects, what its mail sink has seen, and what clients were told. */
export async function gatherAll(target: Target, attempts: Attempt[] = []): Promise<Evidence> {
  // Objects before rows: what is added while this reads is then no object without its row.
  const objects = await readObjects(target)
  const mails = await readMails(target.edgeUrl)
  return gatherEvidence(target.store, Date.now(), attempts, mails, objects)
}
