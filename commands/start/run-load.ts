import { randomInt } from 'node:crypto'
import type { LoadMessage } from '../../console/wire-load.ts'
import { ticketSessions } from '../../proof/load/plan.ts'
import { type Progress, runLoad } from '../../proof/load/run-load.ts'
import { shownVerdict } from '../../proof/load/shown-verdict.ts'
import { watchRaces } from '../../proof/load/watch-races.ts'
import { readStoredDataId } from '../../proof/stored-data-id.ts'
import { reachTarget } from '../../proof/target.ts'
import { cachedTokens } from '../load/cached-tokens.ts'
import { judgeLoad } from '../load/judge-load.ts'
import { tellParent } from './tell-parent.ts'

// A load run for the console: `node run-load.ts DATA_DIR UNIQUE COPIES`. Sends how far it is to the parent, and the verdict at the end.
// Ends when the parent disconnects or dies; what was sent until then stays.

process.once('disconnect', () => process.exit())
const [, , dataDir = '', unique = '', copiesText = ''] = process.argv
const copies = Number(copiesText)

/** The default of `npm run load`. */
const concurrency = 16
const readShare = 0.2
const tellEveryMs = 250

const tell = (message: LoadMessage) => tellParent(message)

const target = await reachTarget({ dataDir })
const storedDataId = await readStoredDataId(target)
const sessions = ticketSessions(`load-${Date.now().toString(36)}`, Number(unique))
const sender = { apiUrl: target.apiUrl, tokenFor: cachedTokens(dataDir) }
const races = watchRaces(copies)
const startedAtMs = performance.now()
let done: Pick<Progress, 'requestsDone' | 'requestsPlanned'> = { requestsDone: 0, requestsPlanned: sessions.length }
const progress = () => ({
  requestsDone: done.requestsDone,
  requestsPlanned: done.requestsPlanned,
  ...races.soFar(),
  seconds: Math.round((performance.now() - startedAtMs) / 100) / 10,
})
const telling = setInterval(() => void tell({ kind: 'sending', progress: progress() }), tellEveryMs)
const result = await runLoad(sender, sessions, {
  copies,
  arrivals: { concurrency },
  reads: { share: readShare, seed: randomInt(1_000_000) },
  onProgress: (progress) => {
    done = progress
  },
  onAttempt: races.add,
})
clearInterval(telling)
void tell({ kind: 'judging', progress: progress() })
const { verdict, findings } = await judgeLoad({ target, storedDataId, sender, copies, result })
await tell({ kind: 'verdict', verdict: shownVerdict(verdict, findings) })
process.removeAllListeners('disconnect')
process.disconnect()
