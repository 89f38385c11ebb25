import type { StepKey } from '../../tables/step-keys.ts'
import type { Evidence } from './evidence.ts'

/** The fences of each saga: partition key of the saga → step name → fence. */
export function fencesBySaga({ fences }: Pick<Evidence, 'fences'>): Map<string, Map<string, StepKey>> {
  const bySaga = Map.groupBy(fences, ({ pk }) => pk)
  return new Map(
    [...bySaga].map(([pk, rows]) => [pk, new Map(rows.map(({ sk, value }) => [sk.replace('STEP#', ''), value]))]),
  )
}
