import canonicalize from 'canonicalize'
import type { Row } from '../../tables/store.ts'
import type { Invariant } from './invariant.ts'

export const viewsEqualTheirRebuild: Invariant = {
  number: 23,
  promise: 'Every row of a read model equals, byte for byte, the one that a rebuild from the events makes.',
  violations({ views: { stored, rebuilt, refused } }) {
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
    return [...refused, ...differing]
  },
}
