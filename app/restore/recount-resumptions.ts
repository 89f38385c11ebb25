import { parseResumption } from '../../tables/resumptions.ts'
import { isResumed, isResumedBy } from '../resumed-by.ts'
import type { CutHistory } from './cut-history.ts'
import type { Draft } from './draft.ts'

/** A resumption counts what it has resumed; some of that may be cut, or be younger than its row. */
export function recountResumptions(draft: Draft, { kept }: CutHistory): void {
  const resumes = [...kept.values()].flat().filter(isResumed)
  for (const row of draft.all('Tickets')) {
    if (row.sk !== 'RESUMPTION') continue
    const { id } = parseResumption(row)
    const resumed = resumes.filter((event) => event.tenant === row.tenant && isResumedBy(id, event)).length
    draft.put('Tickets', { ...row, resumed })
  }
}
