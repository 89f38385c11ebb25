import { notification } from '../../sagas/notification/notification.ts'
import { startSaga } from '../../sagas/start-saga.ts'
import { updateSaga } from '../../tables/sagas.ts'
import { api, machineArn, machines, now, saga, tenant } from './running-saga.ts'

/** Leaves the saga as its task does that found its dependency held. */
export async function waits(id: string, dependency = 'mail'): Promise<void> {
  const held = { dependency, since: now(), token: `token of ${id}` }
  await api.store.write(updateSaga({ tenant, id, generation: 1 }, now(), { state: 'running', held }))
}

/** Starts one more saga of the same tenant; the event decides its id. */
export async function anotherSaga(eventId: string): Promise<string> {
  const { aggregate, input } = await saga()
  await startSaga({ store: api.store, runtime: api.runtime, machines }, notification, machineArn, {
    tenant,
    aggregate,
    eventId,
    recipient: 'carla',
    correlationId: 'C1',
    input: input as never,
  })
  return String(machines.started.at(-1)?.input.sagaId)
}
