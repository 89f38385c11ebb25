import type { RequestAttempt } from '../load/attempt.ts'
import type { ViewRead } from '../load/view-read.ts'
import type { Target } from '../target.ts'
import { readDigests } from './digests.ts'
import { type Evidence, gatherEvidence, type Surroundings } from './evidence.ts'
import { readMails } from './mail-log.ts'
import { readObjects } from './objects.ts'
import { isNotLost, readRestores } from './restores.ts'

/**
 * All evidence that a target has: its tables, its objects, the digests of its history, the log of its mail
 * sink, and what clients have logged.
 */
export async function gatherAll(
  target: Target,
  attempts: RequestAttempt[] = [],
  viewReads: ViewRead[] = [],
): Promise<Evidence> {
  const { attempts: judged, mails, objects, digests } = await readSurroundings(target, attempts)
  const { store, archive } = target
  const evidence = await gatherEvidence(store, Date.now(), judged, mails, objects, digests, archive?.objects)
  return { ...evidence, viewReads }
}

/** What a target stores outside of tables, and what clients have logged and no restore has lost. Read before the tables. */
export async function readSurroundings(target: Target, attempts: RequestAttempt[]): Promise<Surroundings> {
  // Objects first: a row is written before its object, so an object stored during the reading can't be seen without its row.
  const objects = await readObjects(target)
  // Digests too: an event is stored long before the digest that has it.
  const digests = await readDigests(target)
  const mails = await readMails(target.edgeUrl)
  return { attempts: attempts.filter(isNotLost(readRestores(digests?.kept ?? []))), mails, objects, digests }
}
