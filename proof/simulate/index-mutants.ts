import type { Mutant } from '../mutants/mutant.ts'

const ticketsByIndexOnly: Mutant = {
  name: 'tickets-by-index-only',
  description: 'The tickets of a deactivated user are found by the index alone: one that it lacks stays assigned.',
  edits: [
    {
      file: 'app/reconcile/assignments.ts',
      find: "if (!ticket?.assignee || ticket.status === 'closed') return []",
      replace: 'if (ticket) return []',
    },
  ],
}

/** What goes wrong where an index is taken for its table. */
export const indexMutants: readonly Mutant[] = [ticketsByIndexOnly]
