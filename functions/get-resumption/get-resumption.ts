import * as z from 'zod'
import { admins } from '../../app/http/endpoint.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { readOrConfirmAbsent } from '../../app/http/read-or-confirm-absent.ts'
import { toProblem } from '../../app/http/refusal-problems.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { ResumptionResource, toResumptionResource } from '../../app/http/resumption-resource.ts'
import { ResourceId } from '../../domain/ids.ts'
import { resumptionRow } from '../../tables/resumptions.ts'

/** How far the resumption of many sagas has come. */
export const getResumption = readEndpoint('get-resumption', {
  summary: 'Get the progress of a resumption',
  roles: admins,
  params: z.strictObject({ resumptionId: ResourceId }),
  async respond({ resumptionId, caller: { tenant } }, store) {
    const resumption = await readOrConfirmAbsent(store, resumptionRow(tenant, resumptionId))
    if (!resumption) throw toProblem({ why: 'not-found', what: 'resumption' })
    return jsonResponse(toResumptionResource(resumption), { version: resumption.version })
  },
  success: { status: 200, schema: ResumptionResource },
})
