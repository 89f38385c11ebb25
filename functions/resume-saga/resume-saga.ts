import * as z from 'zod'
import { admins } from '../../app/http/endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { SagaResource, toSagaResource } from '../../app/http/saga-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import { ResourceId } from '../../domain/ids.ts'
import * as domain from '../../domain/resume-saga.ts'
import { type SagaRecord, sagaRow } from '../../tables/sagas.ts'

/** An operator resumes a parked saga, by the id of the parking that was looked at. It goes on when its event has been delivered. */
export const resumeSaga = writeEndpoint('resume-saga', {
  summary: 'Resumes a parked saga',
  roles: admins,
  params: z.strictObject({ sagaId: ResourceId }),
  body: z.strictObject({ parkingId: ResourceId }),
  aggregate: ({ sagaId }) => ({ type: 'saga', id: sagaId }),
  reads: (tenant, { sagaId }) => ({ saga: sagaRow(tenant, sagaId) }),
  decide: (state: { saga?: SagaRecord | undefined }, command) => domain.resumeSaga(state, command),
  respond: (saga) => jsonResponse(toSagaResource(saga, { toCustomer: false }), { version: saga.version }),
  success: { status: 200, schema: SagaResource },
})
