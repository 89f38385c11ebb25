import type { SagaHarness } from '../../../proof/outcomes/saga-harness.ts'
import { taskRunner } from '../../../sagas/run-task.ts'
import { handover } from './handover.ts'

const tenant = 'acme'
const at = '2026-03-01T11:00:00.000Z'

export const handoverHarness: SagaHarness = {
  saga: handover,
  outsideCalls: { do: ['partner'], undo: [] },
  setUp(pivotIsRefused) {
    const taken: string[] = []
    const take = async ({ id }: { id: string }) => {
      if (pivotIsRefused) return 'not-ours'
      taken.push(id)
      return 'taken'
    }
    const input = { ticketId: 'T1', seq: 2, requester: 'ann', handedAt: at }
    const aggregate = { type: 'ticket', id: 'T1' } as const
    return {
      start: { tenant, aggregate, eventId: 'E2', correlationId: 'C1', input },
      rows: [],
      runner: ({ store, runtime, callOutside }) => {
        const partner = { take: (ticket: { id: string }) => callOutside('partner', 'do', () => take(ticket)) } as const
        return taskRunner(handover, { store, runtime, tools: { partner } })
      },
      acceptedIds: () => taken,
    }
  },
}
