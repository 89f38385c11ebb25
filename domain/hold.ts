import * as z from 'zod'
import { Dependency, UserId } from './ids.ts'
import type { Settings } from './settings.ts'
import { Reason } from './text.ts'

/** More than the dependencies that a tenant can have: a hold outlives its webhook until it is released. */
export const holdsMax = 50

/** Sagas of the tenant that need the dependency wait while this is there. */
export const Hold = z.strictObject({
  dependency: Dependency,
  since: z.iso.datetime(),
  /** The admin who put it. */
  by: UserId,
  reason: Reason.optional(),
})
export type Hold = z.infer<typeof Hold>

/** All holds of a tenant. One value, so that a step learns with one read whether its dependency is held. */
export const Holds = z.strictObject({ holds: z.array(Hold).max(holdsMax) })
export type Holds = z.infer<typeof Holds>

/** The hold on a dependency, if there is one. */
export function holdOn(dependency: Dependency, { holds }: Holds = { holds: [] }): Hold | undefined {
  return holds.find((hold) => hold.dependency === dependency)
}

/** Sagas of every tenant wait, whatever they need, while this is there. */
export const StackHold = z.strictObject({
  since: z.iso.datetime(),
  /** The operator who put it: no user of any tenant. */
  by: z.string(),
  reason: Reason,
})
export type StackHold = z.infer<typeof StackHold>

/** What one saga of a tenant may be kept from calling by: the hold on everything, and what the tenant holds. */
export interface HoldsInForce {
  everything?: { hold?: StackHold | undefined } | undefined
  own?: Holds | undefined
}

/** What keeps a saga from calling the dependency: that everything is held, or that the dependency is. Undefined when it may call. */
export function heldBy(dependency: Dependency, { everything, own }: HoldsInForce): string | undefined {
  if (everything?.hold) return everythingIsHeld
  return holdOn(dependency, own) ? `${dependency} is held` : undefined
}

export const everythingIsHeld = 'everything is held'

/** The rows that a command on a hold reads. */
export interface HoldState {
  settings?: Settings | undefined
  holds?: Holds | undefined
}
