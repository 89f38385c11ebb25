import { hasEnded, type SagaRecord } from '../../tables/sagas.ts'
import { type Fence, fencesMayHaveExpired, type StepKey } from '../../tables/step-keys.ts'
import type { Evidence, Stored } from './evidence.ts'

/** The fences of each saga: partition key of the saga → step name → fence. */
export function fencesBySaga({ fences }: Pick<Evidence, 'fences'>): Map<string, Map<string, StepKey>> {
  const bySaga = Map.groupBy(fences, ({ pk }) => pk)
  return new Map(
    [...bySaga].map(([pk, rows]) => [pk, new Map(rows.map(({ sk, value }) => [sk.replace('STEP#', ''), value]))]),
  )
}

/** A fence of a saga that ended so long ago that time to live may have deleted it: what it said is not known any more. */
export type FenceOrExpired = Fence | { state: 'expired' }

/** The fence of a step of a saga. */
export function fenceReader(
  evidence: Pick<Evidence, 'fences' | 'readAtMs'>,
): (saga: Pick<Stored<SagaRecord>, 'pk' | 'value'>, step: string) => FenceOrExpired {
  const fences = fencesBySaga(evidence)
  return ({ pk, value: saga }, step) =>
    fences.get(pk)?.get(step) ?? { state: isAged(saga, evidence.readAtMs) ? 'expired' : 'absent' }
}

function isAged(saga: SagaRecord, nowMs: number): boolean {
  return hasEnded(saga) && saga.endedAt !== undefined && fencesMayHaveExpired(Date.parse(saga.endedAt), nowMs)
}
