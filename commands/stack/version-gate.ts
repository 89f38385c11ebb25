import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { migrations } from '../../app/migrate/migrations.ts'
import { gateRefusal, readStages } from '../../app/migrate/stage-reader.ts'
import { openTarget, TargetError } from '../../proof/target.ts'

/**
 * Throws {@link TargetError} when this version may not run on the data of a target: it is older than a migration needs, or newer. A target
 * that is new, or can't be asked, is not refused: each function asks again before it writes.
 */
export async function refuseUnfitVersion(dataDir: string, known = migrations): Promise<void> {
  if (!existsSync(join(dataDir, 'outputs.json'))) return
  const { store } = openTarget({ dataDir })
  // A target without an answer is another one than a target that answers that no migration was begun.
  const answer = await readStages(store).then(
    (stored) => ({ stored }),
    () => undefined,
  )
  const refusal = answer && gateRefusal(answer.stored, known)
  if (refusal) throw new TargetError(refusal)
}
