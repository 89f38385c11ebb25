import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { readAttempts } from '../proof/check/attempts-log.ts'
import { checkTarget } from '../proof/check/in-parts/check-in-parts.ts'
import { formatFindings, formatVerdict, repeatCheck } from '../proof/check/run-check.ts'
import { fetchWhole } from '../proof/fetch-whole.ts'
import { schemaDifferences } from '../proof/schema/compare-rows.ts'
import { readStoredDataId } from '../proof/stored-data-id.ts'
import { reachTarget, type Target } from '../proof/target.ts'
import { dataOption, targetOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'

/** Longer than an event takes to reach its consumers on a busy machine. */
const graceMs = 3_000
const rounds = 10

const differencesShownMax = 20

const program = new Command('npm run check --')
  .description(
    'Reads everything that a stack has stored, and proves or refutes each invariant, one line each. Exits 1 when one is broken.',
  )
  .addOption(targetOption())
  .addOption(dataOption())
  .option('--schema', 'instead, compare every row with docs/schema.md; rows of another version may differ')
  .action(check)

await runProgram(program)

interface Options {
  target?: string
  data: string
  schema?: true
}

async function check({ target: apiUrl, data, schema }: Options): Promise<void> {
  const target = await reachTarget({ dataDir: data, apiUrl })
  if (schema) return compareWithSchema(target)
  const { attempts, otherData } = readAttempts(data, await readStoredDataId(target))
  let notJudged: string[] = []
  const check = async () => {
    const checked = await checkTarget(target, attempts)
    notJudged = checked.notJudged
    return checked.findings
  }
  const findings = await repeatCheck(check, { graceMs, rounds, sleep })
  console.log([formatFindings(findings), ...notJudged].join('\n'))
  if (otherData > 0)
    console.log(`${otherData} answers in the clients' log are not judged: they are about other data than is stored now`)
  console.log([...(await activeFaults(target)), ...formatVerdict(findings, { graceMs, rounds })].join('\n'))
  if (findings.some(({ violations }) => violations.length > 0)) process.exitCode = 1
}

/** Says which fault rules are on, as one that was forgotten breaks what is done next. */
async function activeFaults({ edgeUrl }: Target): Promise<string[]> {
  if (edgeUrl === undefined) return []
  const address = `${edgeUrl}/_steadfast/faults`
  const response = await fetchWhole(address).catch(() => undefined)
  if (!response?.ok) return []
  const { rules } = (await response.json()) as { rules: { name: string }[] }
  const names = rules.map(({ name }) => name).join(', ')
  return rules.length === 0 ? [] : [`Fault rules are on: ${names}. This lifts them: curl -X DELETE ${address}`]
}

/** Prints what differs. Exits 1 when something does. */
async function compareWithSchema({ store }: Target): Promise<void> {
  const differences = await schemaDifferences(store)
  console.log([...differences.slice(0, differencesShownMax), summaryOf(differences.length)].join('\n'))
  if (differences.length > 0) process.exitCode = 1
}

function summaryOf(count: number): string {
  return count === 0 ? 'every row is of one kind of docs/schema.md' : `${count} differences from docs/schema.md`
}
