import { harnesses } from '../../proof/outcomes/all.ts'
import { faults, type InjectedFault } from '../../proof/outcomes/fault-injector.ts'
import { faultPoints } from '../../proof/outcomes/matrix.ts'
import type { SagaHarness } from '../../proof/outcomes/saga-harness.ts'

/** One saga with one fault, in a tenant of its own. */
export interface MatrixCase {
  harness: SagaHarness
  injected: InjectedFault
  /** Also identifies the case. */
  tenant: string
}

/** The sagas that are deployed locally. The form whose files GuardDuty scans is not. */
export const deployedHarnesses = harnesses.filter(({ saga }) => saga.form === undefined)

/** Every fault at every step and undo of every saga that is deployed locally, once and persistently. */
export function everyCase(): MatrixCase[] {
  return deployedHarnesses.flatMap((harness) =>
    [false, true].flatMap((isPersistent) =>
      faultPoints(harness).flatMap((point) =>
        faults.map((fault) => {
          const injected = { ...point, fault, isPersistent }
          const words = [harness.saga.name, point.action, point.step, fault, isPersistent ? 'persistent' : 'once']
          return { harness, injected, tenant: words.join('-').replaceAll(' ', '-') }
        }),
      ),
    ),
  )
}

/** Whether the call gets no answer, so that only a timeout ends it. */
export function hangs({ injected: { fault } }: MatrixCase): boolean {
  return fault === 'timeout' || fault === 'late'
}

export function describeCase({ harness, injected: { step, action, fault, isPersistent } }: MatrixCase): string {
  return `${harness.saga.name}, ${fault} at ${isPersistent ? 'every' : 'one'} ${action} of ${step}`
}
