import { httpFunctions } from '../../../app/functions.ts'
import { runsOf } from '../../cost/bill.ts'
import { readMeasured } from '../../cost/cost-report.ts'
import { useCases } from '../../cost/usage.ts'
import { usualMonth } from '../../cost/usual-month.ts'
import { type ReadName, readContracts } from '../../portfolio/read-consistency.ts'
import { readLoads, writeLoads } from '../../portfolio/workload.ts'
import { unitsOf } from '../../schema/index-use.ts'
import { readMeasuredQueries } from '../../schema/measured-queries.ts'
import { commonQueries } from '../../schema/queries.ts'
import { table } from '../table.ts'
import { fileLink, type PortfolioPage } from './portfolio-page.ts'

const secondsPerMonth = 30 * 24 * 3_600
const reports = [
  'get-stats',
  'get-dashboard',
  'get-work-list',
  'search-tickets',
  'get-ticket-sla',
] as const satisfies readonly ReadName[]

/** What is written and read, how often, how much at once, and by which bound. */
export function workloadPage(): PortfolioPage {
  const measured = readMeasured('.')
  const cpuMs = (name: string) => measured.functionUse[name]?.warmCpuMs ?? 'not measured'
  const runs = runsOf(usualMonth)
  const reads = (Object.keys(readLoads) as ReadName[]).filter((name) => !(reports as readonly string[]).includes(name))
  const readRow = (name: ReadName) => {
    const { perTicket, because, skew } = readLoads[name]
    const perMonth = perTicket * usualMonth.tickets
    return [
      `\`${httpFunctions[name].route}\``,
      rounded(perMonth),
      rate(perMonth),
      because,
      cpuMs(name),
      skew,
      readContracts[name].chosen,
    ]
  }
  const readHeader = ['read', 'a month, assumed', 'per second', 'because', 'CPU, ms', 'skew', 'consistency']
  return {
    name: 'workload',
    title: 'Workload sheet',
    asks: 'What is written and read, how often, how many rows at once, what does it grow with, and how uneven is it?',
    provenBy: 'npx vitest run test/portfolio',
    body: `
| figure | source |
| --- | --- |
| times a month of writes | the month of [the costs](../cost.md): ${rounded(usualMonth.tickets)} tickets, ${rounded(usualMonth.comments)} comments (${fileLink('proof/cost/usual-month.ts')}) |
| times a month of reads | assumed per ticket (${fileLink('proof/portfolio/workload.ts')}): no user has been observed. The bill of that page has no reads |
| rows and units of writes | a run of each use case on the whole stack: \`npm run cost -- --measure\` |
| rows and units of queries | DynamoDB’s engine over 60 rows of each kind: \`npx vitest run test/schema -u\` |
| CPU | nine of ten warm requests take at most that, of a whole vCPU: \`npm run cost -- --measure-functions\` |

Averages, over all hours of a month. Peaks are not known either; what is refused above which rate: [ADR 23](../adr/0023-nobody-starves-anybody.md).

## Writes

${table(
  ['write', 'a month', 'per second', 'rows', 'write units', 'read units', 'grows', 'skew', 'done'],
  useCases
    .toSorted((a, b) => runs[b] - runs[a])
    .map((useCase) => {
      const { rowsWritten, write, read } = unitsOf(measured, useCase)
      const { grows, skew, latency } = writeLoads[useCase]
      const figures = [runs[useCase], rowsWritten, write, read].map(rounded)
      const [perMonth = '', ...perRun] = figures
      return [useCase, perMonth, rate(runs[useCase]), ...perRun, grows, skew, latency]
    }),
)}

Rows and units include what follows in the background: relay, read models, the start of sagas. Every change is committed in one
transaction ([transaction boundaries](transaction-boundaries.md)).

## Reads

${table(readHeader, byFrequency(reads).map(readRow))}

## Reports

${table(readHeader, byFrequency(reports).map(readRow))}

How fresh each is: [freshness contracts](freshness.md). Over the whole of the data, beside production: \`npm run check\`, \`npm run damage\`, \`npm run replay\`.

## Queries

What a read of many rows finds, and reads for it. *exact*: every row that is read is in the answer; *filtered*: some are read in vain.

${table(
  ['asks for', 'of', 'finds', 'selectivity', 'rows', 'read units', 'by'],
  commonQueries.map(({ asks, request, expects, owners }) => {
    const { rows = 0, units = 0 } = readMeasuredQueries().find((one) => one.asks === asks) ?? {}
    const of = request.index === undefined ? request.table : `${request.table}.${request.index}`
    const ofPartition = 'filter' in request ? 'filtered' : 'exact'
    const selectivity = 'partition' in request ? ofPartition : 'all: a scan'
    return [asks, of, expects, selectivity, rows, units, [...new Set(owners)].join(', ')]
  }),
)}
`,
  }
}

function byFrequency(names: readonly ReadName[]): ReadName[] {
  return names.toSorted((a, b) => readLoads[b].perTicket - readLoads[a].perTicket)
}

function rounded(count: number): string {
  return count.toLocaleString('en', { maximumFractionDigits: 1 })
}

function rate(perMonth: number): string {
  return (perMonth / secondsPerMonth).toLocaleString('en', { maximumSignificantDigits: 2 })
}
