import { cpus } from 'node:os'
import { Argument, Command, Option } from 'commander'
import { type BenchOptions, type SuiteName, suiteNames, suites } from './bench/suites.ts'
import { positiveNumber, wholeNumber } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { writeJson } from './program/write-json.ts'
import { type EmulatorName, emulatorNames } from './stack/emulators.ts'
import { withProgress } from './terminal/progress.ts'

interface Options extends Omit<BenchOptions, 'cores'> {
  json?: string
}

/** What a run without arguments measures. */
const usualSuites: SuiteName[] = ['writes', 'growth', 'relay', 'functions']

const program = new Command('npm run bench --')
  .description(
    'Measures on this machine, side by side in one run, and prints tables that can be pasted. Nothing else should run.',
  )
  .addArgument(new Argument('[suites...]', 'what to measure').choices(suiteNames).default(usualSuites))
  .option(
    '--rounds <n>',
    'rounds, in which everything that is compared takes turns (default: depends on the suite)',
    positiveNumber,
  )
  .option('--clients <list>', 'writes: numbers of clients that send at the same time', positiveNumbers, [1, 8, 32])
  .option('--requests <n>', 'writes, growth: new requests of a round, and as many duplicates', positiveNumber, 64)
  .option('--sizes <list>', 'growth: stored tickets', wholeNumbers, [0, 10_000, 100_000])
  .option('--per-second <n>', 'relay: tickets opened a second', positiveNumber, 10)
  .option('--rows <n>', 'repair: restored rows', positiveNumber, 100_000)
  .option('--unique <n>', 'relay, embedded: different requests of a round', positiveNumber, 400)
  .option('--copies <n>', 'embedded: copies of each request, sent at once', positiveNumber, 3)
  .option('--concurrency <n>', 'embedded: how many requests run at the same time', positiveNumber, 16)
  .option(
    '--tickets <n>',
    'embedded: stored tickets for the measurement of growth; 0 leaves it out',
    wholeNumber,
    100_000,
  )
  .addOption(
    new Option('--with <names>', `embedded: others beside it, separated by commas: ${emulatorNames.join(', ')}`)
      .argParser(readNames)
      .default([], 'none'),
  )
  .option('--json <file>', 'also write the figures as JSON')
  .addHelpText(
    'after',
    () => `\nSuites:\n${suiteNames.map((name) => `  ${name.padEnd(11)}${suites[name].measures}`).join('\n')}`,
  )
  .action(bench)

await runProgram(program)

async function bench(names: SuiteName[], { json, ...options }: Options): Promise<void> {
  if (options.with.length > 0 && !names.includes('embedded'))
    throw new Error('--with is for the suite "embedded": name that one')
  const [{ model = 'unknown' } = {}] = cpus()
  const machine = { cores: cpus().length, model, node: process.version }
  const figures: Record<string, unknown> = { machine }
  console.log(`${machine.cores} cores of ${model}, Node ${machine.node}`)
  await withProgress(async (progress) => {
    for (const name of names) {
      const result = await suites[name].run({ ...options, cores: machine.cores }, progress)
      progress.line(`\n## ${name}\n\n${result.text}`, process.stdout)
      figures[name] = result.figures
    }
  })
  if (json) writeJson(json, figures)
}

function positiveNumbers(text: string): number[] {
  return text.split(',').map(positiveNumber)
}

function wholeNumbers(text: string): number[] {
  return text.split(',').map(wholeNumber)
}

function readNames(text: string): EmulatorName[] {
  const names = text.split(',')
  const isKnown = (name: string): name is EmulatorName => emulatorNames.some((known) => known === name)
  const unknown = names.filter((name) => !isKnown(name))
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: --with takes ${emulatorNames.join(', ')}`)
  return names.filter(isKnown)
}
