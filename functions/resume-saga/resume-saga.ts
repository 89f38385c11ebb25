import * as z from 'zod'
import { admins } from '../../app/http/endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { SagaResource, toSagaResource } from '../../app/http/saga-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import { ResourceId } from '../../domain/ids.ts'
import * as domain from '../../domain/resume-saga.ts'
import { type SagaRecord, sagaRow } from '../../tables/sagas.ts'

/** Resumes a parked saga, if it is still in the parking that the operator has seen. It continues once the event is delivered. */
export const resumeSaga = writeEndpoint('resume-saga', {
  summary: 'Resume a parked saga',
  roles: admins,
  params: z.strictObject({ sagaId: ResourceId }),
  body: z.strictObject({ parkingId: ResourceId }),
  aggregate: ({ sagaId }) => ({ type: 'saga', id: sagaId }),
  reads: (tenant, { sagaId }) => ({ saga: sagaRow(tenant, sagaId) }),
  decide: (state: { saga?: SagaRecord | undefined }, command) => domain.resumeSaga(state, command),
  respond: (saga) => jsonResponse(toSagaResource(saga, { toCustomer: false }), { version: saga.version }),
  success: { status: 200, schema: SagaResource },
})
