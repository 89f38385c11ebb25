import * as z from 'zod'
import { admins } from '../../app/http/endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { SagaResource, toSagaResource } from '../../app/http/saga-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import { ResourceId } from '../../domain/ids.ts'
import * as domain from '../../domain/run-saga-now.ts'
import { definitionOf, deployedSagas } from '../../sagas/all.ts'
import { type SagaRecord, sagaRow } from '../../tables/sagas.ts'

/**
 * Makes the next attempt of a failing saga without waiting for its retry. Its next generation starts once the event is delivered, on the
 * machine that is deployed: `isScanned` says which form of the attachment saga that runs.
 */
export const runSagaNowEndpoint = (forms: { isScanned: boolean }) =>
  writeEndpoint('run-saga-now', {
    summary: 'Run a saga now that waits for its next attempt',
    roles: admins,
    params: z.strictObject({ sagaId: ResourceId }),
    body: z.strictObject({ generation: z.int().positive() }),
    aggregate: ({ sagaId }) => ({ type: 'saga', id: sagaId }),
    reads: (tenant, { sagaId }) => ({ saga: sagaRow(tenant, sagaId) }),
    decide: (state: { saga?: SagaRecord | undefined }, command) =>
      domain.runSagaNow(state, {
        ...command,
        isDeployed: state.saga !== undefined && definitionOf(state.saga, deployedSagas(forms)) !== undefined,
      }),
    respond: (saga) => jsonResponse(toSagaResource(saga, { toCustomer: false }), { version: saga.version }),
    success: { status: 200, schema: SagaResource },
  })

export const runSagaNow = runSagaNowEndpoint({ isScanned: false })
