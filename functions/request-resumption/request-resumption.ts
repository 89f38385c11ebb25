import * as z from 'zod'
import { admins } from '../../app/http/endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { ResumptionResource, toResumptionResource } from '../../app/http/resumption-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/request-resumption.ts'
import { SagaFilter } from '../../domain/saga-filter.ts'

/** Asks that all parked sagas which pass a filter be resumed. They are, one by one, once the event is delivered. */
export const requestResumption = writeEndpoint('request-resumption', {
  summary: 'Resume all parked sagas that pass a filter',
  roles: admins,
  body: z.strictObject({ filter: SagaFilter }),
  aggregate: ({ ids }) => ({ type: 'resumption', id: ids.target }),
  reads: () => ({}),
  decide: domain.requestResumption,
  respond: (resumption, { path }) =>
    jsonResponse(toResumptionResource(resumption), {
      status: 201,
      version: resumption.version,
      location: `${path}/${resumption.id}`,
    }),
  success: { status: 201, schema: ResumptionResource },
})
