import type { consoleFunctions, FunctionName, HttpFunctionName } from '../../app/functions.ts'
import type { Case } from './background/case.ts'
import { identityAndMailCases } from './background/identity-and-mail-cases.ts'
import { relayAndReconcileCases } from './background/relay-and-reconcile-cases.ts'
import { sagaStepCases } from './background/saga-step-cases.ts'
import { subscriberCases } from './background/subscriber-cases.ts'
import { uploadCases } from './background/upload-cases.ts'

type BackgroundName = Exclude<FunctionName, HttpFunctionName | keyof typeof consoleFunctions>

/** Exhaustive: a function in the background that has no case does not compile. */
export const backgroundCases: Record<BackgroundName, Case[]> = {
  ...subscriberCases,
  ...relayAndReconcileCases,
  ...sagaStepCases,
  ...uploadCases,
  ...identityAndMailCases,
}
