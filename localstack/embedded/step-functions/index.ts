/** The interpreter of state machines alone. */
export type { InvokeFunction, InvokeResult } from '../ports.ts'
export { createStepFunctions, type StepFunctions } from './step-functions.ts'
