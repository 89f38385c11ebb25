import type { FaultClient } from '../runner/context/fault-client.ts'
import type { Case } from './case.ts'
import type { Endpoints } from './endpoint.ts'
import { rulesFor } from './rules.ts'

/** Lets happen what is to inject a case. */
export interface FaultInjection {
  begin(): Promise<void>
  /** Mends what was broken, lets go of what was held, and answers how often it struck. */
  mend(): Promise<number>
}

export function faultInjection(
  one: Case,
  { faults, endpoints }: { faults: FaultClient; endpoints: Endpoints },
): FaultInjection {
  const { tenant, injected } = one
  const { step, action, fault, isPersistent } = injected
  const rules = rulesFor(one)
  const atEndpoint = step === 'deliver' && action === 'do' && rules.length === 0
  let struck: number | undefined
  return {
    async begin() {
      for (const rule of rules) await faults.set(rule)
      if (atEndpoint) endpoints.inject(tenant, fault, isPersistent ? Number.POSITIVE_INFINITY : 1)
    },
    async mend() {
      if (struck !== undefined) return struck
      struck = 0
      for (const { name } of rules) struck += (await faults.lift(name)).fired
      if (atEndpoint) struck += endpoints.mend(tenant)
      return struck
    },
  }
}
