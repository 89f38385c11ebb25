import { httpFunctions } from '../../../app/functions.ts'
import { endpoints } from '../../openapi/endpoints.ts'
import {
  eventualReadsInBackground,
  type ReadName,
  readContracts,
  recordedConsistency,
} from '../../portfolio/read-consistency.ts'
import type { ReadMode, RecordedWork } from '../../portfolio/recorded-work.ts'
import { table } from '../table.ts'
import { fileLink, type PortfolioPage } from './portfolio-page.ts'

const routes: Record<string, { route: string }> = httpFunctions

/** Which consistency each read has, chosen and as recorded. Throws `Error` when the two differ. */
export function consistencyPage(works: readonly RecordedWork[]): PortfolioPage {
  const commands = works.filter(({ by }) => by in routes && !(by in readContracts))
  const background = works.filter(({ by, reads }) => !(by in routes) && reads.length > 0)
  for (const work of commands) assertReadsKeyWithUser(work)
  return {
    name: 'read-consistency',
    title: 'Consistency of each read',
    asks: 'How old may an answer be, why was that chosen, and how does a client read its own write?',
    provenBy: 'npx vitest run test/portfolio',
    body: `
- **strong**: each row as it is when it is read. **snapshot**: all rows as of one moment (\`TransactGetItems\`). **eventual**: from an index, which
  DynamoDB fills after the commit, usually within a second. **view**: from a [read model](../read-models.md), which says how far it is.
- The consistency is read off the calls that each endpoint makes ([\`test/portfolio/record-every-work.ts\`](../../test/portfolio/record-every-work.ts)): an endpoint
  that reads otherwise than was chosen stops the generation of this page. \`ConsistentRead\` is set in one place, ${fileLink('tables/dynamo-store.ts')}: always, but on an index.
- Every read also reads its caller’s user, strongly: a deactivation ends all reads at once.

## Endpoints that read

${table(
  ['endpoint', 'consistency', 'why', 'may see', 'own write'],
  (Object.keys(readContracts) as ReadName[]).map((name) => {
    const { chosen, why, sees, ownWrite } = readContracts[name]
    assertChosen(name, works)
    return [`\`${routes[name]?.route}\``, `**${chosen}**`, why, sees, ownWrite]
  }),
)}

### What they were seen to read

${table(
  readHeader('endpoint'),
  works.filter(({ by }) => by in readContracts).map((work) => [`\`${routes[work.by]?.route}\``, ...readColumns(work)]),
)}

## Commands

Each reads its request key, its caller’s user and everything that the decision depends on in one batch (\`BatchGetItem\`), each row as it is. That is enough for
a duplicate, and for a change that commits only if each of the rows is still so. Everything else is decided on a snapshot: who is refused was judged
on one moment ([ADR 53](../adr/0053-writes-begin-with-plain-reads.md)).

${table(
  readHeader('command'),
  commands.map((work) => [`\`${routes[work.by]?.route}\``, ...readColumns(work)]),
)}

## In the background

${table(
  [...readHeader('function'), 'why an index may lag here'],
  background.map((work) => [work.by, ...readColumns(work), whyEventual(work)]),
)}
`,
  }
}

const modes: readonly ReadMode[] = ['snapshot', 'strong', 'eventual']

function readHeader(first: string): string[] {
  return [first, ...modes]
}

function readColumns({ reads }: RecordedWork): string[] {
  return modes.map((mode) =>
    reads
      .flatMap((read) => (read.mode === mode ? [/^[A-Z]\w+(\.\w+)?$/.test(read.of) ? `\`${read.of}\`` : read.of] : []))
      .join('; '),
  )
}

function assertChosen(name: ReadName, works: readonly RecordedWork[]): void {
  const { route } = httpFunctions[name]
  const isView = endpoints.find(({ operation }) => operation === route)?.success.isView === true
  const recorded = recordedConsistency(works.find(({ by }) => by === name) ?? { reads: [] }, isView)
  const { chosen } = readContracts[name]
  if (recorded !== chosen)
    throw new Error(`${route} reads ${recorded}, but ${chosen} was chosen: proof/portfolio/read-consistency.ts`)
}

/** Throws `Error` when a command can judge its user before it knows its request. */
function assertReadsKeyWithUser({ by, reads }: RecordedWork): void {
  const isTogether = reads.some(({ of }) => of.includes('request key') && of.includes('user'))
  if (!isTogether) throw new Error(`${by} does not read request key and user in one call`)
}

function whyEventual({ by, reads }: RecordedWork): string {
  if (!reads.some(({ mode }) => mode === 'eventual')) return ''
  const why = (eventualReadsInBackground as Record<string, string | undefined>)[by]
  if (!why)
    throw new Error(`${by} reads an index, and nobody has said why it may lag: proof/portfolio/read-consistency.ts`)
  return why
}
