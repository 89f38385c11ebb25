import type { Invariant } from './invariant.ts'

export const answersReflectTheWriteAskedFor: Invariant = {
  number: 31,
  promise:
    'A read model that was asked to reflect version v of a ticket answers with at least v events, or not at all.',
  violations({ viewReads = [] }) {
    return viewReads
      .filter(({ version, viewSequence }) => viewSequence < version)
      .map(({ tenant, path, ticket, version, viewSequence }) => ({
        subject: `GET ${path} of ${tenant}`,
        problem: `was asked to reflect version ${version} of the ticket ${ticket}, and reflects ${viewSequence} events`,
      }))
  },
}
