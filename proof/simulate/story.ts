import type { PlannedFault } from './faults.ts'
import { runSchedule, type ScheduleOptions, type ScheduleResult } from './run-schedule.ts'
import { shrink } from './shrink.ts'
import { simulationStartMs } from './simulation.ts'
import type { TraceLine } from './trace.ts'

/** A failure with the fewest faults that lead to it. */
export interface ShrunkFailure {
  seed: number
  /** Faults of the run in which it was found. */
  faultsBefore: number
  faults: readonly PlannedFault[]
  /** The run with only these faults. */
  result: ScheduleResult
}

/** Shrinks a failed run to the faults without which the same invariant would not break, and runs it once more to tell its story. */
export async function shrinkFailure(
  { seed, injected, broken }: ScheduleResult,
  options: ScheduleOptions = {},
): Promise<ShrunkFailure> {
  const numbers = new Set(broken.map(({ number }) => number))
  const breaksAgain = async (faults: readonly PlannedFault[]) => {
    const again = await runSchedule(seed, { ...options, faults })
    return again.broken.some(({ number }) => numbers.has(number))
  }
  const faults = await shrink(injected, breaksAgain)
  const result = await runSchedule(seed, { ...options, faults, keepsLines: true })
  return { seed, faultsBefore: injected.length, faults, result }
}

/** Lines around each fault and before the end; the others are counted. */
const linesAround = 4
const linesBeforeEnd = 12

/** The story of a failure: its faults, who did what around them, and which invariant broke. Lines are at most `width` long. */
export function tellStory({ seed, faultsBefore, faults, result }: ShrunkFailure, width = 160): string[] {
  const { lines, broken } = result
  return [
    `seed ${seed} ${broken.length > 0 ? 'breaks' : 'holds'} with ${counted(faults.length)} (of ${faultsBefore} in the run that found it)${faults.length > 0 ? ':' : ''}`,
    ...faults.map(({ point, fault }) => `  ${fault}: ${point}`),
    '',
    ...keptLines(lines).map((line) =>
      typeof line === 'number' ? `            … ${line} steps …` : cut(formatLine(line), width),
    ),
    '',
    ...broken
      .slice(0, 5)
      .map(
        ({ number, subject, problem }) => `invariant ${number} is broken: ${shortened(subject)} ${shortened(problem)}`,
      ),
  ]
}

function counted(faults: number): string {
  if (faults === 0) return 'no fault'
  return faults === 1 ? 'one fault' : `${faults} faults`
}

/** The lines to tell, and between them the number of those left out. */
function keptLines(lines: readonly TraceLine[]): (TraceLine | number)[] {
  const isNear = lines.map(
    (_, index) =>
      index >= lines.length - linesBeforeEnd ||
      lines.slice(Math.max(0, index - linesAround), index + linesAround + 1).some(({ fault }) => fault !== undefined),
  )
  const kept: (TraceLine | number)[] = []
  let skipped = 0
  for (const [index, line] of lines.entries()) {
    if (!isNear[index]) skipped++
    else {
      if (skipped > 0) kept.push(skipped)
      skipped = 0
      kept.push(line)
    }
  }
  return kept
}

function formatLine({ atMs, point, fault, says }: TraceLine): string {
  const seconds = ((atMs - simulationStartMs) / 1_000).toFixed(3).padStart(9)
  return `${seconds} s  ${fault ? `[${fault.toUpperCase()}] ` : ''}${point}: ${shortened(says)}`
}

/** Ids by their first characters, and keys without the word that each begins with. */
function shortened(text: string): string {
  return text
    .replaceAll(/\b([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '$1')
    .replaceAll(/\b([0-9a-f]{8})[0-9a-f]{32}\b/g, '$1')
    .replaceAll('TENANT#', '')
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
