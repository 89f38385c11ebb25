import type { StepKey } from '../../tables/step-keys.ts'
import type { Evidence } from './evidence.ts'

/** Each saga's fences: by its partition, and by step. */
export function fencesBySaga({ fences }: Pick<Evidence, 'fences'>): Map<string, Map<string, StepKey>> {
  const bySaga = Map.groupBy(fences, ({ pk }) => pk)
  return new Map([...bySaga].map(([pk, all]) => [pk, new Map(all.map(({ sk, is }) => [sk.replace('STEP#', ''), is]))]))
}
