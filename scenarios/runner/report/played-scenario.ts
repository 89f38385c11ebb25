import type { PlayableScenario, PlayedPicture, PlayedStep, PlayedVerdict } from '../../../console/wire-play.ts'
import { type Arrow, formatArrowLabel } from '../picture/arrows.ts'
import { participantsInOrder } from '../picture/participants.ts'
import { formatChanges } from '../recording/row-changes.ts'
import type { MutantResult } from '../run-mutant.ts'
import type { ScenarioResult } from '../run-scenario.ts'
import type { Scenario } from '../scenario.ts'
import type { StepRecord } from '../step.ts'
import { formatInvariants, promiseOf } from './mutant-report.ts'

/** More would not be read by a room. */
const rowLinesMax = 10

/** A scenario as the console offers it. */
export function playableScenario({ name, title, shows, guard, mutants }: Scenario): PlayableScenario {
  const known = mutants.map(({ mutant: { name, description } }) => ({ name, says: description }))
  return { name, title, shows, guard, mutants: known }
}

/** A step as the console shows it. Without its guard it shows nothing, so only the consequence is told. */
export function playedStep(step: StepRecord, hasGuard: boolean): PlayedStep {
  const { do: does, shows, without, notes, picture } = step
  const { lines, rowsLeftOut } = formatChanges(step.rows, rowLinesMax)
  return {
    does,
    ...(shows !== undefined && hasGuard && { shows }),
    ...(without !== undefined && { without }),
    notes,
    ...playedPicture(picture),
    changes: [...lines],
    rowsLeftOut,
  }
}

/** A picture as the console draws it. */
export function playedPicture(picture: readonly Arrow[]): PlayedPicture {
  return {
    participants: participantsInOrder(picture.flatMap(({ from, to }) => [from, to])),
    arrows: picture.map((arrow) => {
      const { from, to, fault } = arrow
      return { from, to, label: formatArrowLabel(arrow), isHit: fault !== undefined }
    }),
  }
}

/** The verdict of a scenario on the code as it is. */
export function guardedVerdict(result: ScenarioResult): PlayedVerdict {
  const { verdict, guard } = result
  return {
    ...verdictOf(result),
    headline: verdict.holds ? `Holds, thanks to ${guard}` : 'Broken',
  }
}

/** The verdict of a scenario on code with one of its own mutants. */
export function unguardedVerdict({ isCaught, caughtBy, missed, result }: MutantResult): PlayedVerdict {
  return {
    ...verdictOf(result),
    headline: isCaught
      ? `Broken without its guard: ${formatInvariants(caughtBy)} broke`
      : `Survived: ${formatInvariants(missed)} held`,
  }
}

function verdictOf({ claims, faults, verdict, seconds }: ScenarioResult) {
  const { proven, broken, brokenInvariants } = verdict
  const isShownAlready = (line: string) =>
    /^invariant \d/.test(line) || claims.some(({ says }) => line.startsWith(`${says}:`))
  return {
    claims,
    held: proven,
    broken: brokenInvariants.map((number) => ({ number, promise: promiseOf(number) })),
    problems: broken.filter((line) => !isShownAlready(line)),
    faults: faults.map(({ name, does, fired }) => ({ name, does, fired })),
    seconds,
  }
}
