import type { Rehearsal } from '../../../proof/outcomes/rehearsal.ts'
import { taskRunner } from '../../../sagas/run-task.ts'
import { handover } from './handover.ts'

const tenant = 'acme'
const at = '2026-03-01T11:00:00.000Z'

export const handoverRehearsal: Rehearsal = {
  saga: handover,
  callsOutside: { do: ['partner'], undo: [] },
  scene(refuses) {
    const taken: string[] = []
    const take = async ({ id }: { id: string }) => {
      if (refuses) return 'not-ours'
      taken.push(id)
      return 'taken'
    }
    const input = { ticketId: 'T1', seq: 2, requester: 'ann', handedAt: at }
    const aggregate = { type: 'ticket', id: 'T1' } as const
    return {
      start: { tenant, aggregate, eventId: 'E2', correlationId: 'C1', input },
      rows: [],
      runner: ({ store, world, outside }) => {
        const partner = { take: (ticket: { id: string }) => outside('partner', 'do', () => take(ticket)) } as const
        return taskRunner(handover, { store, world, tools: { partner } })
      },
      accepted: () => taken,
    }
  },
}
