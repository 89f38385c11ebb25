import { noRequestKey } from './commit-mutants.ts'
import type { Mutant } from './mutant.ts'

/** No stored data shows it: only what clients saw does. */
const answersFromMemory: Mutant = {
  name: 'answers-from-memory',
  says: 'A warm function answers with the ticket that it has read before, to save the read.',
  edits: [
    {
      file: 'functions/get-ticket/get-ticket.ts',
      find: '/** One ticket with its opening text',
      replace:
        'const known = new Map<string, ReturnType<typeof jsonResponse>>()\n\n/** One ticket with its opening text',
    },
    {
      file: 'functions/get-ticket/get-ticket.ts',
      find: '    const opening = messageRow(',
      replace: `    const key = \`\${caller.tenant} \${ticketId}\`
    const answer = known.get(key)
    if (answer) return answer
    const opening = messageRow(`,
    },
    {
      file: 'functions/get-ticket/get-ticket.ts',
      find: '    return jsonResponse(toTicketWithBody(ticket, message.body), { version: ticket.version })\n',
      replace: `    const answered = jsonResponse(toTicketWithBody(ticket, message.body), { version: ticket.version })
    known.set(key, answered)
    return answered
`,
    },
  ],
}

/** A mistake that a load run under random faults must find, without a scenario that leads there. */
export interface LoadMutant {
  mutant: Mutant
  /** In the words of the run's verdict; others may find it, too. */
  foundBy: string
}

export const loadMutants: readonly LoadMutant[] = [
  { mutant: noRequestKey, foundBy: 'doubled effects' },
  { mutant: answersFromMemory, foundBy: 'not linearizable' },
]
