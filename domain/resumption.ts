import * as z from 'zod'
import { ResourceId, UserId } from './ids.ts'
import { SagaFilter } from './saga-filter.ts'

/** Where in the list of live sagas a resumption is: after this one. */
export const SagaPosition = z.strictObject({ id: ResourceId, startedAt: z.iso.datetime() })
export type SagaPosition = z.infer<typeof SagaPosition>

/** Many parked sagas of one tenant, to be resumed one by one. */
export const Resumption = z.strictObject({
  id: ResourceId,
  filter: SagaFilter,
  requestedBy: UserId,
  /** Sagas that parked after this are left alone: nobody has looked at them yet. */
  requestedAt: z.iso.datetime(),
  /** Counted in the transaction of each resume. */
  resumed: z.int().nonnegative(),
  /** Were resumed by somebody else first, or parked again; or the operator who asked may no longer resume. */
  refused: z.int().nonnegative(),
  /** Sagas that can't be read. */
  failed: z.int().nonnegative(),
  /** Absent at the beginning of the list. */
  after: SagaPosition.optional(),
  finishedAt: z.iso.datetime().optional(),
  version: z.int().positive(),
  eventHash: z.string().optional(),
})
export type Resumption = z.infer<typeof Resumption>

/** What one part of the list comes to. `version` is that of the resumption after it. */
export interface ResumptionAdvance {
  refused: number
  failed: number
  after?: SagaPosition | undefined
  finishedAt?: string | undefined
  version: number
  eventHash?: string | undefined
}
