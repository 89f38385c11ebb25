import { type Difference, surprises } from './compare-schemas.ts'
import type { Contract, Party } from './contract.ts'

/** A change that somebody who relies on a released contract would notice. */
export interface Break {
  contract: string
  release: number
  /** One sentence: who notices, where, and what they see. */
  says: string
}

/** How the contracts of now break those of a release: by everybody who relies on them. */
export function breaksOf(release: number, released: readonly Contract[], now: readonly Contract[]): Break[] {
  const current = new Map(now.map((contract) => [contract.name, contract]))
  return released.flatMap((before) => {
    const after = current.get(before.name)
    return before.parties.flatMap((party) => {
      const subject = `${who[party]} ${before.name} ${release}`
      const said = after
        ? differences(party, before, after).map((difference) => `${subject} ${sees(party, difference)}`)
        : [`${subject} ${gone[party]}`]
      return [...new Set(said)].map((says) => ({ contract: before.name, release, says }))
    })
  })
}

function differences(party: Party, before: Contract, after: Contract): Difference[] {
  return party === 'consumer' ? surprises(after, before, 'ignores') : surprises(before, after, 'refuses')
}

const who: Record<Party, string> = {
  consumer: 'a consumer of',
  client: 'a client of',
  stored: 'what is stored as',
}

const gone: Record<Party, string> = {
  consumer: 'gets nothing more: there is no such contract now',
  client: 'is refused: there is no such contract now',
  stored: 'can no longer be read: there is no such contract now',
}

function sees(party: Party, { at, kind, writes, reads }: Difference): string {
  const where = at === '' ? 'the whole' : at
  if (party === 'consumer')
    return {
      removed: `that reads ${where} gets nothing: it was removed`,
      optional: `that reads ${where} may get nothing: it is no longer always there`,
      unknown: `that refuses unknown members is surprised by ${where}`,
      value: `that reads ${where} may get ${writes}, and knows ${reads} only`,
      type: `that reads ${where} may get ${writes} instead of ${reads}`,
      form: `that reads ${where} may get ${writes}, and knows ${reads} only`,
      bound: `that reads ${where} may get more than it expects: ${reads} has become ${writes}`,
      keyword: `that reads ${where} may be surprised: ${writes} has changed, and nobody can judge that`,
    }[kind]
  const refused = party === 'client' ? 'is refused' : 'can no longer be read'
  const has = party === 'client' ? 'that sends' : 'with'
  return {
    removed: `${has} ${where} loses it`,
    optional: `without ${where} ${refused}: it is required now`,
    unknown: `${has} ${where} ${refused}, or loses it: it was removed`,
    value: `${has} ${writes} in ${where} ${refused}: ${reads} is left`,
    type: `${has} ${writes} in ${where} ${refused}: it must be ${reads} now`,
    form: `${has} ${writes} in ${where} ${refused}: it must be ${reads} now`,
    bound: `${has} what was allowed in ${where} ${refused}: ${writes} has become ${reads}`,
    keyword: `${has} ${where} may be refused: ${writes} has changed, and nobody can judge that`,
  }[kind]
}
