import type { z } from 'zod'
import { type DomainEvent, eventData } from '../../domain/event.ts'

/** A filter that cannot be understood. The message is one line that says what to give. */
export class WhereError extends Error {}

/** What an operator suspects: which events may be damage. */
export interface Where {
  /** Whether the event may be damage, by everything but the invariants. */
  matches(event: DomainEvent): boolean
  /** The numbers of the invariants that must be broken. */
  invariants: number[]
}

const envelope: Record<string, (event: DomainEvent) => string | undefined> = {
  type: ({ type }) => type,
  actor: ({ actor }) => actor,
  tenant: ({ tenant }) => tenant,
  aggregate: ({ aggregate }) => aggregate.type,
  id: ({ aggregate }) => aggregate.id,
  seq: ({ seq }) => String(seq),
  correlation: ({ correlationId }) => correlationId,
}

/** Every name that some event's data has. */
const dataNames = [
  ...new Set(Object.values(eventData).flatMap((schema) => Object.keys((schema as z.ZodObject).shape))),
].toSorted()

const term = /^([a-z]\w*)(!?=)(.*)$/i

/**
 * Parses terms such as `type=ticket.assigned`, `actor!=root` or `assignee=ada`, all of which must hold. A name is one of the event itself,
 * or of its data; `name=` holds where the event does not have it. `invariant=3` restricts to what breaks it. Throws {@link WhereError}.
 */
export function parseWhere(terms: readonly string[], invariantNumbers: readonly number[]): Where {
  const conditions: ((event: DomainEvent) => boolean)[] = []
  const invariants: number[] = []
  for (const text of terms) {
    const [, name = '', operator, value = ''] = term.exec(text) ?? []
    if (!operator)
      throw new WhereError(`"${text}" is no term: give name=value or name!=value, such as type=ticket.assigned`)
    if (name === 'invariant') {
      const number = Number(value)
      if (operator !== '=' || !invariantNumbers.includes(number))
        throw new WhereError(`"${text}" names no invariant: give invariant= and one of ${invariantNumbers.join(', ')}`)
      invariants.push(number)
      continue
    }
    if (name === 'type' && !Object.hasOwn(eventData, value))
      throw new WhereError(`no event has the type "${value}": give one of ${Object.keys(eventData).join(', ')}`)
    const read = Object.hasOwn(envelope, name) ? envelope[name] : dataReader(name)
    if (!read)
      throw new WhereError(
        `"${name}" is nothing that an event has: give one of ${[...Object.keys(envelope), ...dataNames, 'invariant'].join(', ')}`,
      )
    conditions.push((event) => ((read(event) ?? '') === value) === (operator === '='))
  }
  return { matches: (event) => conditions.every((isMet) => isMet(event)), invariants }
}

function dataReader(name: string): ((event: DomainEvent) => string | undefined) | undefined {
  if (!dataNames.includes(name)) return undefined
  return ({ data }) => {
    const value = Object.hasOwn(data, name) ? (data as Record<string, unknown>)[name] : undefined
    if (value === undefined || value === null) return undefined
    return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
}
