import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import {
  overlaps,
  type SlaPolicies,
  type SlaPolicy,
  type SlaPolicyRevision,
  slaPoliciesMax,
  withPolicy,
} from './sla-policy.ts'

export interface PutSlaPolicy extends CommandMetadata {
  /** Its times are in UTC, with milliseconds. */
  policy: SlaPolicy
}

export interface PutSlaPolicyResult {
  policy: SlaPolicyRevision
  /** The version of the tenant's policies. */
  version: number
  isNew: boolean
}

/**
 * Creates a policy, or puts a revision in place of it, also for times that are past: what was known before stays in the history. Refused
 * when another policy holds at some of the same time.
 */
export function putSlaPolicy(
  { sla }: { sla?: SlaPolicies | undefined },
  { policy }: PutSlaPolicy,
): Decision<PutSlaPolicyResult> {
  const policies = sla?.policies ?? []
  const current = policies.find(({ id }) => id === policy.id)
  if (sla && current && isSame(current, policy))
    return unchanged({ policy: current, version: sla.version, isNew: false })
  const others = policies.filter(({ id }) => id !== policy.id)
  const other = others.find((one) => overlaps(one, policy))
  if (other) return refused({ why: 'sla-policy-overlaps', ...pickValidity(other) })
  if (!current && others.length >= slaPoliciesMax) return refused({ why: 'too-many-sla-policies', max: slaPoliciesMax })
  const version = (sla?.version ?? 0) + 1
  const put = { ...policy, revision: version }
  return changed(
    { type: 'sla.policy_put', data: policy },
    [{ operation: 'put', entity: 'sla', sla: { policies: withPolicy(policies, put), version } }],
    { policy: put, version, isNew: !current },
  )
}

function pickValidity({ id, validFrom, validTo }: SlaPolicy) {
  return { policyId: id, validFrom, validTo }
}

function isSame({ revision: _, ...current }: SlaPolicyRevision, policy: SlaPolicy): boolean {
  return canonical(current) === canonical(policy)
}

/** Members in one order: a stored row may return them in another. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}
