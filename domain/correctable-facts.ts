import * as z from 'zod'
import { UserId } from './ids.ts'
import { Priority, Status, type Ticket } from './ticket.ts'

/** Facts of a ticket that a correction can set right. A ticket that is assigned to nobody has the assignee `null`. */
export const CorrectableFacts = z.strictObject({
  status: Status.optional(),
  priority: Priority.optional(),
  assignee: UserId.nullable().optional(),
})
export type CorrectableFacts = z.infer<typeof CorrectableFacts>
export type FactName = keyof CorrectableFacts

export const factNames = Object.keys(CorrectableFacts.shape) as FactName[]

/** The facts with these names that a ticket has. */
export function pickFacts(ticket: Pick<Ticket, FactName>, names: readonly FactName[]): CorrectableFacts {
  return Object.fromEntries(names.map((name) => [name, ticket[name] ?? null]))
}
