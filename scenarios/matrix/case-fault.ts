import type { FaultClient } from '../runner/context/fault-client.ts'
import type { MatrixCase } from './case.ts'
import type { Endpoints } from './endpoints.ts'
import { faultRules } from './fault-rules.ts'

/** The fault of one case: rules at the edge, or a fault of the tenant's endpoint. */
export interface CaseFault {
  inject(): Promise<void>
  /** Stops the fault, releases what it held, and returns how often it was injected; a second call returns the same number. */
  remove(): Promise<number>
}

export function caseFault(
  testCase: MatrixCase,
  { faults, endpoints }: { faults: FaultClient; endpoints: Endpoints },
): CaseFault {
  const { tenant, injected } = testCase
  const { step, action, fault, isPersistent } = injected
  const rules = faultRules(testCase)
  const isAtEndpoint = step === 'deliver' && action === 'do' && rules.length === 0
  let timesInjected: number | undefined
  return {
    async inject() {
      for (const rule of rules) await faults.set(rule)
      if (isAtEndpoint) endpoints.inject(tenant, fault, isPersistent ? Number.POSITIVE_INFINITY : 1)
    },
    async remove() {
      if (timesInjected !== undefined) return timesInjected
      timesInjected = 0
      for (const { name } of rules) timesInjected += (await faults.remove(name)).fired
      if (isAtEndpoint) timesInjected += endpoints.removeFault(tenant)
      return timesInjected
    },
  }
}
