import { rehearsals } from '../../proof/outcomes/all.ts'
import { faults, type Mishap } from '../../proof/outcomes/befall.ts'
import { movesOf } from '../../proof/outcomes/matrix.ts'
import type { Rehearsal } from '../../proof/outcomes/rehearsal.ts'

/** One saga of a tenant of its own, and what is to befall it. */
export interface Case {
  rehearsal: Rehearsal
  mishap: Mishap
  tenant: string
}

/** Locally a file is scanned in its inspection, not by a service that answers later. */
export const deployed = rehearsals.filter(({ saga }) => saga.form === undefined)

/** Every step and every undo of every saga that is deployed locally, under every fault, once and lasting. */
export function everyCase(): Case[] {
  return deployed.flatMap((rehearsal) =>
    [false, true].flatMap((lasts) =>
      movesOf(rehearsal).flatMap((move) =>
        faults.map((fault) => {
          const mishap = { ...move, fault, lasts }
          const words = [rehearsal.saga.name, move.action, move.step, fault, lasts ? 'lasting' : 'once']
          return { rehearsal, mishap, tenant: words.join('-').replaceAll(' ', '-') }
        }),
      ),
    ),
  )
}

/** Whether nothing comes back, so that somebody's time must be up. */
export function hangs({ mishap: { fault } }: Case): boolean {
  return fault === 'timeout' || fault === 'late'
}

export function told({ rehearsal, mishap: { step, action, fault, lasts } }: Case): string {
  return `${rehearsal.saga.name}, ${fault} at ${lasts ? 'each' : 'one'} ${action} of ${step}`
}
