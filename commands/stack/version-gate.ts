import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { migrations } from '../../app/migrate/migrations.ts'
import { gateRefusal, readStages } from '../../app/migrate/stage-reader.ts'
import { isErrorNamed } from '../../domain/error-names.ts'
import { firstTableSet, tableNameIn } from '../../infra/constructs/table-names.ts'
import { openTables, openTarget, TargetError } from '../../proof/target.ts'
import type { Store } from '../../tables/store.ts'

/**
 * Throws {@link TargetError} when this version may not run on the data of a target: it is older than a migration needs, or newer. A target
 * that is new, or can't be asked, is not refused: each function asks again before it writes.
 */
export async function refuseUnfitVersion(dataDir: string, known = migrations): Promise<void> {
  if (!existsSync(join(dataDir, 'outputs.json'))) return
  await refuseUnfit(openTarget({ dataDir }).store, known)
}

/** Where a version is to be deployed. */
export interface GatedStage {
  stage: string
  tableSet?: string | undefined
  /** The endpoint of an emulator; undefined on AWS. */
  endpointUrl?: string | undefined
}

/**
 * Throws {@link TargetError} when this version may not be deployed to a stage. It asks the stage by the name of its table: the data folder
 * of a pipeline's job is new. Returns a line when the stage has data and can't be asked.
 */
export async function refuseUnfitDeployment(
  { stage, tableSet = firstTableSet, endpointUrl }: GatedStage,
  known = migrations,
): Promise<string | undefined> {
  const TicketsTable = tableNameIn(tableSet, { stage: { name: stage } }, 'Tickets')
  const failure = await refuseUnfit(openTables({ outputs: { TicketsTable }, edgeUrl: endpointUrl }), known)
  // Nothing is deployed yet.
  if (failure === undefined || isErrorNamed(failure, 'ResourceNotFoundException')) return undefined
  const reason = failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure)
  return `The version gate could not ask ${TicketsTable} (${reason}): give whoever deploys dynamodb:GetItem on it. This version is deployed unasked; each function asks again before it writes.`
}

/** Throws {@link TargetError} when this version may not run on these data. Returns the error when they can't be asked. */
async function refuseUnfit(store: Pick<Store, 'get'>, known: typeof migrations): Promise<unknown> {
  // A target without an answer is another one than a target that answers that no migration was begun.
  const answer = await readStages(store).then(
    (stored) => ({ stored }),
    (failure: unknown) => ({ failure }),
  )
  if ('failure' in answer) return answer.failure
  const refusal = gateRefusal(answer.stored, known)
  if (refusal) throw new TargetError(refusal)
  return undefined
}
