import canonicalize from 'canonicalize'
import type { ViewGeneration } from '../../domain/view-catalog.ts'
import { generationKey } from '../../tables/projections.ts'
import type { Row } from '../../tables/store.ts'
import { isOfGenerations } from '../../tables/views.ts'
import type { Invariant, Violation } from './invariant.ts'
import type { ViewRows } from './rebuilt-views.ts'

export const viewsEqualTheirRebuild: Invariant = {
  number: 23,
  promise: 'Every row of a read model equals, byte for byte, the one that a rebuild from the events makes.',
  violations: ({ views }) => differences(views),
}

/** What is wrong with one generation, whatever is wrong with others: a rebuild replaces faulty ones. */
export function generationViolations({ stored, rebuilt, refused }: ViewRows, one: ViewGeneration): Violation[] {
  const isOfIt = (row: Row) => isOfGenerations(row, [one])
  return differences({
    stored: stored.filter(isOfIt),
    rebuilt: rebuilt.filter(isOfIt),
    refused: refused.filter(({ generation }) => generation === generationKey(one)),
  })
}

function differences({ stored, rebuilt, refused }: ViewRows): Violation[] {
  const keyOf = ({ pk, sk }: Row) => `Views ${pk} ${sk}`
  const storedByKey = new Map(stored.map((row) => [keyOf(row), row]))
  const rebuiltByKey = new Map(rebuilt.map((row) => [keyOf(row), row]))
  // Read models are most of what is stored, so the bytes of one row at a time are made.
  const bytesOf = (row: Row | undefined) => row && canonicalize(row)
  const differing = [...new Set([...storedByKey.keys(), ...rebuiltByKey.keys()])].flatMap((subject) => {
    const [is, should] = [bytesOf(storedByKey.get(subject)), bytesOf(rebuiltByKey.get(subject))]
    if (is === should) return []
    if (is === undefined) return [{ subject, problem: `is missing, and should be ${should}` }]
    return [
      { subject, problem: should === undefined ? `should not exist: ${is}` : `is ${is}, and should be ${should}` },
    ]
  })
  return [...refused.map(({ subject, problem }) => ({ subject, problem })), ...differing]
}
