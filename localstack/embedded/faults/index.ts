/** Fault rules and the trace: what programs outside of the stack's process post to it and read from it. */
export { type CallFault, type CountedRule, FaultRule, type FaultRuleInput, type InvocationFault } from './rule.ts'
export type { TraceEntry } from './trace.ts'
