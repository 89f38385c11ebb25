import { Command } from 'commander'
import { runProgram } from './program/run-program.ts'
import { type LongPart, longParts } from './test/long-parts.ts'
import { printTotals, randomSeed, runTests, seedOption } from './test/run-tests.ts'

interface Options {
  all: boolean
  seed?: number
}

const program = new Command('npm run test:long --')
  .description(
    'The long proofs, one after the other: all of them, or the part that is named. A part that takes longer than its share of CI runs a random sample. The last line reads: N passed, N failed.',
  )
  .argument('[part]', 'one part; "list" names them, with what each proves and its usual time')
  .option('--all', 'every case instead of a sample', false)
  .addOption(seedOption())
  .action((name: string | undefined, options: Options) => (name === 'list' ? list() : testLong(name, options)))

await runProgram(program)

function list(): void {
  const width = Math.max(...longParts.map(({ name }) => name.length))
  for (const { name, proves, minutes, minutesWithAll } of longParts) {
    const time = minutesWithAll > minutes ? `${minutes} min, with --all ${minutesWithAll} min` : `${minutes} min`
    console.log(`${name.padEnd(width)}  ${proves} (${time})`)
  }
}

async function testLong(name: string | undefined, { all, seed = randomSeed() }: Options): Promise<void> {
  const files = (name === undefined ? longParts : [findPart(name)]).map(({ file }) => file)
  const env = { SEED: String(seed), ...(all && { EVERY_CASE: '1' }) }
  const totals = await runTests(['--config', 'vitest.long.config.ts', ...files], env)
  printTotals(totals, seed, ['npm run test:long --', ...(name ? [name] : []), ...(all ? ['--all'] : [])].join(' '))
  process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0
}

/** Throws one line that names the parts. */
function findPart(name: string): LongPart {
  const part = longParts.find((candidate) => candidate.name === name)
  if (!part) throw new Error(`there is no part ${name}: ${longParts.map((known) => known.name).join(', ')}`)
  return part
}
