import * as z from 'zod'
import { json } from '../../app/http/answer.ts'
import { admins } from '../../app/http/endpoint.ts'
import { SagaResource, sagaResource } from '../../app/http/saga-resource.ts'
import { write } from '../../app/http/write.ts'
import { ResourceId } from '../../domain/ids.ts'
import * as domain from '../../domain/resume-saga.ts'
import { type SagaRecord, sagaRow } from '../../tables/sagas.ts'

/** An operator resumes a parked saga, by the id of the parking that was looked at. It goes on when its event has been delivered. */
export const resumeSaga = write('resume-saga', {
  summary: 'Resumes a parked saga',
  roles: admins,
  params: z.strictObject({ sagaId: ResourceId }),
  body: z.strictObject({ parkingId: ResourceId }),
  aggregate: ({ sagaId }) => ({ type: 'saga', id: sagaId }),
  reads: (tenant, { sagaId }) => ({ saga: sagaRow(tenant, sagaId) }),
  decide: (state: { saga?: SagaRecord | undefined }, command) => domain.resumeSaga(state, command),
  answer: (saga) => json(sagaResource(saga, { toCustomer: false }), { version: saga.version }),
  success: { status: 200, schema: SagaResource },
})
