import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { migrations } from '../../app/migrate/migrations.ts'
import { gateRefusal, readStages } from '../../app/migrate/stage-reader.ts'
import { openTarget, TargetError } from '../../proof/target.ts'

/**
 * Throws {@link TargetError} when this version may not run on the data of a target: it is older than a migration needs, or newer. A target that
 * is new, or can't be asked, is not refused: each function asks again before it writes.
 */
export async function refuseUnfitVersion(dataDir: string): Promise<void> {
  if (!existsSync(join(dataDir, 'outputs.json'))) return
  const { store } = openTarget({ dataDir })
  const stored = await readStages(store).catch(() => undefined)
  const refusal = gateRefusal(stored, migrations)
  if (refusal) throw new TargetError(refusal)
}
