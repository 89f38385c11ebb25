import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import { type Hold, type HoldState, holdOn, holdsMax } from './hold.ts'
import type { Dependency } from './ids.ts'
import { nextSettings } from './settings.ts'

export interface PutHold extends CommandMetadata {
  dependency: Dependency
  reason?: string | undefined
}

export interface PutHoldResult {
  hold: Hold
  /** The version of the settings. */
  version: number
  isNew: boolean
}

/**
 * Holds a dependency: sagas that need it wait until it is released. One that is held already stays as it is, with the reason of the admin
 * who held it first. A webhook must exist, so that a misspelt name is not taken for a hold.
 */
export function putHold(
  { settings, holds: stored }: HoldState,
  { dependency, reason, at, by }: PutHold,
): Decision<PutHoldResult> {
  const existing = holdOn(dependency, stored)
  if (settings && existing) return unchanged({ hold: existing, version: settings.version, isNew: false })
  const webhook = dependency.startsWith('webhook:') ? dependency.slice('webhook:'.length) : undefined
  if (webhook !== undefined && !settings?.webhooks.includes(webhook))
    return refused({ why: 'not-found', what: 'webhook' })
  const others = stored?.holds ?? []
  if (others.length >= holdsMax) return refused({ why: 'too-many-holds', max: holdsMax })
  const hold: Hold = { dependency, since: at, by: by.id, ...(reason !== undefined && { reason }) }
  const next = nextSettings(settings, settings ?? { webhooks: [] }, at)
  return changed(
    { type: 'settings.hold_put', data: { dependency } },
    [
      { operation: 'put', entity: 'settings', settings: next },
      { operation: 'put', entity: 'holds', holds: { holds: [...others, hold] } },
    ],
    { hold, version: next.version, isNew: true },
  )
}
