/** The interpreter of state machines alone. */
export type { InvokeFunction, InvokeResult } from '../seams.ts'
export { createStepFunctions, type StepFunctions } from './step-functions.ts'
