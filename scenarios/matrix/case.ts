import { harnesses } from '../../proof/outcomes/all.ts'
import { faults, type InjectedFault } from '../../proof/outcomes/fault-injector.ts'
import { faultPoints } from '../../proof/outcomes/matrix.ts'
import type { SagaHarness } from '../../proof/outcomes/saga-harness.ts'

/** One saga of a tenant of its own, and what is to inject it. */
export interface Case {
  harness: SagaHarness
  injected: InjectedFault
  tenant: string
}

/** Locally a file is scanned in its inspection, not by a service that answers later. */
export const deployed = harnesses.filter(({ saga }) => saga.form === undefined)

/** Every step and every undo of every saga that is deployed locally, under every fault, once and lasting. */
export function everyCase(): Case[] {
  return deployed.flatMap((harness) =>
    [false, true].flatMap((isPersistent) =>
      faultPoints(harness).flatMap((move) =>
        faults.map((fault) => {
          const injected = { ...move, fault, isPersistent }
          const words = [harness.saga.name, move.action, move.step, fault, isPersistent ? 'lasting' : 'once']
          return { harness, injected, tenant: words.join('-').replaceAll(' ', '-') }
        }),
      ),
    ),
  )
}

/** Whether nothing comes back, so that somebody's time must be up. */
export function hangs({ injected: { fault } }: Case): boolean {
  return fault === 'timeout' || fault === 'late'
}

export function describeCase({ harness, injected: { step, action, fault, isPersistent } }: Case): string {
  return `${harness.saga.name}, ${fault} at ${isPersistent ? 'each' : 'one'} ${action} of ${step}`
}
