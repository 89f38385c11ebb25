import { resolve } from 'node:path'
import type { PlantedMutant } from '../../proof/mutants/planted.ts'
import type { Kills, RecordedOpponent, UnitTestKill } from '../../proof/mutants/record.ts'
import { formatMutantRow, runSimulatedMutant } from '../../proof/simulate/run-mutants.ts'
import { formatMutantLine } from '../../scenarios/runner/report/mutant-report.ts'
import { type MutantCase, type MutantResult, runMutants } from '../../scenarios/runner/run-mutant.ts'
import { synthesizeApp } from '../stack/synthesize-app.ts'
import type { ProgressDisplay } from '../terminal/progress.ts'
import { runUnitTests } from './run-unit-tests.ts'

/** What one opponent found of one mutant. */
export interface Trial {
  mutant: string
  opponent: 'scenarios' | RecordedOpponent
  /** Unknown: time was over before anything was found. */
  outcome: 'caught' | 'survived' | 'unknown'
  /** What there is to record. */
  kills: Kills
  /** The line in the report. */
  line: string
  /** The entry in the JSON file. */
  result: unknown
}

export interface TrialOptions {
  progress: ProgressDisplay
  signal: AbortSignal
  /** Is told each result as it comes. */
  onTrial: (trial: Trial) => void
}

const rootDir = resolve(import.meta.dirname, '../..')

/** Runs each case on a stack of its own, two at a time. */
export async function tryInScenarios(
  cases: readonly MutantCase[],
  { progress, signal, onTrial }: TrialOptions,
): Promise<void> {
  const assemblyDir = await synthesizeApp(progress.step)
  const onStart = ({ mutant, scenario }: MutantCase) => progress.step(`${mutant.name}: ${scenario.title}`)
  const onResult = (result: MutantResult) => onTrial(inScenario(result))
  await runMutants(cases, { rootDir, assemblyDir }, { signal, onStart, onResult })
}

function inScenario(found: MutantResult): Trial {
  const { mutant, isCaught, caughtBy, missed, result } = found
  const { broken, brokenInvariants } = result.verdict
  return {
    mutant: mutant.name,
    opponent: 'scenarios',
    outcome: isCaught ? 'caught' : 'survived',
    kills: {},
    line: formatMutantLine(found),
    result: {
      mutant,
      scenario: result.name,
      caught: isCaught,
      caughtBy,
      missed,
      brokenInvariants,
      broken,
      seconds: result.seconds,
    },
  }
}

/** Every machine has so many cores. */
const simulationsAtOnce = 2

/** Simulates each from seed 1 on, two at a time, until something breaks or so many schedules are over. */
export async function tryInSimulation(
  mutants: readonly PlantedMutant[],
  { progress, signal, onTrial, seeds }: TrialOptions & { seeds: number },
): Promise<void> {
  const queue = [...mutants]
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { mutant } = next
      progress.step(`${mutant.name}: simulating`)
      const result = await runSimulatedMutant(mutant, { firstSeed: 1, count: seeds, signal })
      const { schedules, faults = [], broken } = result
      const [first] = broken
      const simulation = first && { schedules, invariant: first.number, faults: faults.map(({ fault }) => fault) }
      const kills = simulation ? { simulation } : {}
      const line = formatMutantRow(result)
      const outcome = first ? 'caught' : 'survived'
      onTrial({ mutant: mutant.name, opponent: 'simulation', outcome, kills, line, result })
    }
  }
  await Promise.all(Array.from({ length: simulationsAtOnce }, work))
}

/** Plants one after the other. What has not failed in so many seconds is not known, which is not the same as survived. */
export async function tryInUnitTests(
  mutants: readonly PlantedMutant[],
  { progress, signal, onTrial, unitSeconds }: TrialOptions & { unitSeconds: number },
): Promise<void> {
  for (const { mutant } of mutants) {
    progress.step(`${mutant.name}: unit tests`)
    const startedAtMs = performance.now()
    const kill = await runUnitTests(mutant.name, { secondsMax: unitSeconds, signal })
    const seconds = Math.round((performance.now() - startedAtMs) / 1_000)
    onTrial({
      mutant: mutant.name,
      opponent: 'unit-tests',
      outcome: outcomeOf(kill),
      kills: { 'unit-tests': kill },
      line: formatUnitTests(mutant.name, kill, seconds),
      result: { mutant: mutant.name, ...kill, seconds },
    })
  }
}

function outcomeOf({ failed, ran }: UnitTestKill): Trial['outcome'] {
  if (Object.keys(failed).length > 0) return 'caught'
  return ran === 'all' ? 'survived' : 'unknown'
}

function formatUnitTests(mutant: string, kill: UnitTestKill, seconds: number): string {
  const names = Object.entries(kill.failed).flatMap(([file, tests]) =>
    tests.map((test) => `\n           ${file}: ${test}`),
  )
  switch (outcomeOf(kill)) {
    case 'caught':
      return `caught   ${mutant} in unit tests, after ${seconds} s:${names.join('')}`
    case 'survived':
      return `survived ${mutant} in unit tests: none failed in ${seconds} s`
    case 'unknown':
      return `unknown  ${mutant} in unit tests: not found in ${seconds} s`
  }
}
