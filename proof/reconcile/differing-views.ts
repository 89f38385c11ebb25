import { personHash } from '../../app/logged-aggregate.ts'
import type { Suspect } from '../../app/reconcile/drift.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import { keyWithoutUser } from '../../tables/keys.ts'
import { gatherAll } from '../check/gather.ts'
import { viewsEqualTheirRebuild } from '../check/views.ts'
import type { Target } from '../target.ts'

/** Rows of read models that differ from what all events make of them: one reading, of everything. What a row says may be about a person. */
export async function differingViews(target: Target): Promise<Suspect[]> {
  const evidence = await gatherAll(target)
  return viewsEqualTheirRebuild.violations(evidence).map(({ subject, problem }) => {
    const partition = subject.split(' ').find((part) => part.includes('#')) ?? ''
    return {
      kind: 'views',
      subject: `row ${sha256Hex(subject).slice(0, 8)} of ${keyWithoutUser(partition, personHash)}`,
      mark: sha256Hex(subject + problem),
      problem: 'is not what the events make of it',
      handOver:
        'see which row it is (npm run check, invariant 23), then rebuild the read model (npm run rebuild -- VIEW)',
    }
  })
}
