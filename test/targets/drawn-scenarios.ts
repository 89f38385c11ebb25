import { type EmulatorName, emulatorNames } from '../../commands/stack/emulators.ts'
import { scenarios } from '../../scenarios/all.ts'
import { runsEveryCase, sample } from '../fixtures/sample.ts'

/** Fifty writers on one ticket keep an emulator busy for as long as all of its other scenarios and the load run together. */
export const longest = 'hot-ticket'

/** MiniStack has time for it while LocalStack plays the others, so it gets it in three runs of four (ADR 62). */
const candidates: readonly EmulatorName[] = ['ministack', 'ministack', 'ministack', 'localstack']

/** Those that play the longest in this run: one that the seed draws, with `--all` each. */
export const drawn: readonly EmulatorName[] = runsEveryCase ? emulatorNames : sample(candidates, 1)

/** The scenarios that can run anywhere, by their names; on an emulator without the longest unless it was drawn. */
export function scenariosOn(emulator?: EmulatorName): string[] {
  const anywhere = scenarios.filter(({ targets }) => targets === 'any').map(({ name }) => name)
  return emulator === undefined || drawn.includes(emulator) ? anywhere : anywhere.filter((name) => name !== longest)
}
