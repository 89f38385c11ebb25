import * as z from 'zod'
import { BusinessCalendar } from './business-calendar.ts'
import { SlaPolicyId } from './ids.ts'

/** All are in one row, which every change of one reads and replaces: that is what keeps validities from overlapping. */
export const slaPoliciesMax = 30

const minutes = z.int().min(1).max(43_200)
const Targets = z.strictObject({ firstAnswerMinutes: minutes, resolutionMinutes: minutes })

/** What a policy promises: how many minutes of business time may pass, by the priority of the ticket. */
export const slaTerms = {
  ...BusinessCalendar.shape,
  targets: z.strictObject({ low: Targets, normal: Targets, high: Targets, urgent: Targets }),
}

/** A policy, and its effective time: it holds for tickets opened from `validFrom` on, and before `validTo` if it has one. */
export const SlaPolicy = z.strictObject({
  id: SlaPolicyId,
  validFrom: z.iso.datetime(),
  validTo: z.iso.datetime().optional(),
  ...slaTerms,
})
export type SlaPolicy = z.infer<typeof SlaPolicy>

/** A policy as one of its changes left it. `revision` is the version of the policies that this change made. */
export const SlaPolicyRevision = SlaPolicy.extend({ revision: z.int().positive() })
export type SlaPolicyRevision = z.infer<typeof SlaPolicyRevision>

/** A tenant's policies, by `validFrom`. The version counts every change of any of them. */
export const SlaPolicies = z.strictObject({
  policies: z.array(SlaPolicyRevision),
  version: z.int().positive(),
  /** The hash of the newest event, which the next one is chained to. */
  eventHash: z.string().optional(),
})
export type SlaPolicies = z.infer<typeof SlaPolicies>

/** The one aggregate of a tenant's policies. */
export const slaOfTenant = { type: 'sla', id: 'tenant' } as const

/** Whether there is a time at which both hold. */
export function overlaps(one: Validity, other: Validity): boolean {
  return beginsBeforeEnd(one, other) && beginsBeforeEnd(other, one)
}

type Validity = Pick<SlaPolicy, 'validFrom' | 'validTo'>

function beginsBeforeEnd({ validFrom }: Validity, { validTo }: Validity): boolean {
  return validTo === undefined || validFrom < validTo
}

/** The policy that holds for a ticket opened at this time. There is at most one. */
export function policyAt<P extends Validity>(policies: readonly P[], openedAt: string): P | undefined {
  return policies.find(
    ({ validFrom, validTo }) => validFrom <= openedAt && (validTo === undefined || openedAt < validTo),
  )
}

/** The policies with one of them put: in place of the one with its id, or new. */
export function withPolicy(policies: readonly SlaPolicyRevision[], put: SlaPolicyRevision): SlaPolicyRevision[] {
  const others = policies.filter(({ id }) => id !== put.id)
  return [...others, put].toSorted((a, b) => (a.validFrom < b.validFrom ? -1 : 1))
}
