import { consoleFunctions, httpFunctions } from '../../app/functions.ts'
import type { FunctionUse } from './function-use.ts'

/** The rule by which every function gets its memory (ADR 32). Sizes are in MB. */
export const memoryRule = {
  sizes: [256, 512, 1_024, 1_769],
  /**
   * The part of the size that what is measured and the allowance may take; the rest is for inputs and versions
   * of Node that were not measured.
   */
  shareMax: 0.6,
  /**
   * What a measurement on this machine does not contain: the X-Ray daemon takes up to 16 MB of a function's memory (Lambda Developer Guide,
   * "The AWS X-Ray daemon in the Lambda environment"), and 24 MB are assumed for Lambda's runtime client, which polls for events.
   */
  allowanceMb: 40,
  /**
   * The size at which a function has one vCPU; with less, it has that part of one (Lambda Developer Guide,
   * "Configure Lambda function memory").
   */
  wholeCpuMb: 1_769,
  /** CPU time of a request that somebody waits for, in milliseconds: below a tenth of a second, an answer feels immediate. */
  httpWarmMsMax: 100,
  /** The same for a request that finds a cold function: below a second, nobody loses the thread. */
  httpColdMsMax: 1_000,
} as const

/** How long CPU time of a whole vCPU takes in a function of this size. */
export function scaledMs(cpuMs: number, memoryMb: number): number {
  return (cpuMs * memoryRule.wholeCpuMb) / Math.min(memoryMb, memoryRule.wholeCpuMb)
}

/**
 * The smallest size that leaves room above the measured peak, and at which the CPU time of an invocation stays within its budget: for a
 * request see {@link memoryRule}, for all else its timeout, cold start included. Throws `Error` when no size does.
 */
export function memoryFor(name: string, use: FunctionUse, timeoutSeconds: number): number {
  const isHttp = name in httpFunctions || name in consoleFunctions
  const coldMsMax = isHttp ? memoryRule.httpColdMsMax : timeoutSeconds * 1_000
  const warmMsMax = isHttp ? memoryRule.httpWarmMsMax : timeoutSeconds * 1_000
  const fits = memoryRule.sizes.find(
    (size) =>
      use.peakMb + memoryRule.allowanceMb <= memoryRule.shareMax * size &&
      scaledMs(use.coldCpuMs, size) <= coldMsMax &&
      scaledMs(use.warmCpuMs, size) <= warmMsMax,
  )
  if (fits === undefined)
    throw new Error(
      `${name} needs more than any size allows (${JSON.stringify(use)}): make it use less, or extend the sizes in proof/cost/memory-rule.ts`,
    )
  return fits
}
