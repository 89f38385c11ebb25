import * as z from 'zod'
import { admins } from '../../app/http/endpoint.ts'
import { slaPolicyParams } from '../../app/http/path-params.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { SlaPolicyResource } from '../../app/http/sla-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import { TimeWithOffset, toUtc } from '../../domain/claimed-time.ts'
import * as domain from '../../domain/put-sla-policy.ts'
import { slaOfTenant, slaTerms } from '../../domain/sla-policy.ts'
import { slaPoliciesRow } from '../../tables/sla-policies.ts'

const validity = {
  validFrom: TimeWithOffset.meta({ description: 'Effective time: the policy holds for tickets opened from then on.' }),
  validTo: TimeWithOffset.optional().meta({ description: 'It holds before then; without end when it is absent.' }),
}

/**
 * Creates or changes a policy. Its ETag is the version of all the tenant's policies, as each change of one is checked against the others.
 */
export const putSlaPolicy = writeEndpoint('put-sla-policy', {
  summary: 'Create or change an SLA policy, also for times that are past',
  roles: admins,
  params: slaPolicyParams,
  body: z
    .strictObject({ ...validity, ...slaTerms })
    .refine(({ validFrom, validTo }) => validTo === undefined || Date.parse(validFrom) < Date.parse(validTo), {
      error: 'must be after validFrom',
      path: ['validTo'],
    }),
  aggregate: () => slaOfTenant,
  reads: (tenant) => ({ sla: slaPoliciesRow(tenant) }),
  decide: (state, { policyId, validFrom, validTo, timeZone, businessHours, holidays, targets, ...metadata }) =>
    domain.putSlaPolicy(state, {
      ...metadata,
      policy: {
        id: policyId,
        validFrom: toUtc(validFrom),
        ...(validTo !== undefined && { validTo: toUtc(validTo) }),
        timeZone,
        businessHours,
        ...(holidays && { holidays }),
        targets,
      },
    }),
  respond: ({ policy, version, isNew }, { path }) =>
    jsonResponse(policy, { version, ...(isNew && { status: 201, location: path }) }),
  success: { status: 200, alsoStatus: 201, schema: SlaPolicyResource },
})
