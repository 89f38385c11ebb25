import { noRequestKey } from './commit-mutants.ts'
import { answerAtOnce } from './delivery-mutants.ts'
import type { Mutant } from './mutant.ts'

const answersWithoutHeaders: Mutant = {
  name: 'answers-without-headers',
  description: 'Of an answer only status and body are stored: a duplicate gets no ETag and no Location.',
  edits: [
    {
      file: 'app/judge-command.ts',
      find: "return { status: 'succeeded', response, replayed: true, ...known }",
      replace: "return { status: 'succeeded', response: { ...response, headers: {} }, replayed: true, ...known }",
    },
  ],
}

const answersAsRead: Mutant = {
  name: 'answers-as-read',
  description: 'A change of status answers with the ticket as it was read, not as it was written.',
  edits: [
    {
      file: 'domain/change-status.ts',
      find: '    ],\n    updated,\n  )',
      replace: '    ],\n    ticket,\n  )',
    },
  ],
}

/** No stored data shows it: only what clients saw does. */
const answersFromMemory: Mutant = {
  name: 'answers-from-memory',
  description: 'A warm function answers with the ticket that it has read before, to save the read.',
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
  /** The line of the run's verdict that finds it; others may find it, too. */
  foundBy: string
}

export const loadMutants: readonly LoadMutant[] = [
  { mutant: noRequestKey, foundBy: 'doubled effects' },
  { mutant: answersWithoutHeaders, foundBy: 'differing answers' },
  { mutant: answersAsRead, foundBy: 'not linearizable' },
  { mutant: answersFromMemory, foundBy: 'not linearizable' },
  { mutant: answerAtOnce, foundBy: 'view faults' },
]
