import { acceptedBreaks } from '../contracts/accepted-breaks.ts'
import type { ContractFile, Party } from '../contracts/contract.ts'
import type { Release } from '../contracts/releases.ts'
import { generatedNotice, table } from './table.ts'

const reliesOn: Record<Party, string> = {
  consumer: 'read by others',
  client: 'sent by others',
  stored: 'stored, and read by every later version',
}

/** The index of the registry of contracts: its files, and every contract with its first release. */
export function contractsPage(files: readonly ContractFile[], releases: readonly Release[]): string {
  const rows = files.flatMap((file) => {
    const first = firstReleases(file, releases)
    return file
      .contractsIn(file.document)
      .map(({ name, parties }) => [
        `\`${name}\``,
        parties.map((party) => reliesOn[party]).join('; '),
        first.get(name) ?? 'not yet',
      ])
  })
  return `${generatedNotice}

# Contracts

What others rely on, as JSON Schema made from the schemas that the code parses by ([ADR 46](../adr/0046-no-run-no-proof-and-released-contracts-are-frozen.md)).

${table(
  ['file', 'what'],
  files.map(({ name, says }) => [name === 'openapi' ? 'OpenAPI' : `[\`${name}.json\`](${name}.json)`, says]),
)}

- \`released/N\` is frozen: the contracts as release N promised them. A test compares the current ones with **every** release, in the direction of those who
  rely on them, and fails with what they would see: *a consumer of event ticket.opened 1 that reads /data/priority gets nothing: it was removed*.
- Who reads is to ignore members that it does not know. So a new member, a new kind of event and a new operation break nobody. A member that is gone, a value,
  type or length that was not there before does; and in what we accept, a new required member, or less than was taken before.
- Functions of the version before are stricter than that while a deployment is under way: an unknown member of an event's data blocks the aggregate there until
  the new version takes over ([ADR 27](../adr/0027-upgrades-lose-nothing.md)). So a member is added to the schema one deployment before anything writes it.
- A break that must be: announce it in the contract, wait, and list its sentence in [\`accepted-breaks.ts\`](../../proof/contracts/accepted-breaks.ts) with the day
  and the reason. Accepted so far: ${acceptedBreaks.length === 0 ? 'none' : acceptedBreaks.map(({ says, announced, why }) => `${says} (announced ${announced}: ${why})`).join('; ')}.
- \`npm run docs -- --release-contracts\` freezes the current contracts as the next release; it refuses while something breaks.

## Every contract

${table(['contract', 'relied on as', 'since release'], rows)}
`
}

function firstReleases(file: ContractFile, releases: readonly Release[]): Map<string, string> {
  const first = new Map<string, string>()
  for (const { number, documents } of releases.toReversed()) {
    const document = documents[file.name]
    for (const { name } of document ? file.contractsIn(document) : []) first.set(name, String(number))
  }
  return first
}
