import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused } from './decision.ts'
import { type HoldState, holdOn } from './hold.ts'
import type { Dependency } from './ids.ts'
import { nextSettings } from './settings.ts'

export interface ReleaseHold extends CommandMetadata {
  dependency: Dependency
}

export interface ReleasedHold {
  dependency: Dependency
  /** The version of the settings. */
  version: number
}

/** Releases a dependency: the sagas that wait for it go on. */
export function releaseHold(
  { settings, holds: stored }: HoldState,
  { dependency, at }: ReleaseHold,
): Decision<ReleasedHold> {
  if (!settings || !stored || !holdOn(dependency, stored)) return refused({ why: 'not-found', what: 'hold' })
  const holds = stored.holds.filter((hold) => hold.dependency !== dependency)
  const next = nextSettings(settings, settings, at)
  return changed(
    { type: 'settings.hold_released', data: { dependency } },
    [
      { operation: 'put', entity: 'settings', settings: next },
      { operation: 'put', entity: 'holds', holds: { holds } },
    ],
    { dependency, version: next.version },
  )
}
