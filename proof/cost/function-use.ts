/** What a function uses, as measured in processes of its own. CPU time is that of a whole vCPU, in milliseconds. */
export interface FunctionUse {
  /** The most memory that was resident, in MB, Node included. */
  peakMb: number
  /** A cold start, in the median: the start of Node, loading the bundle, and the first invocation. */
  coldCpuMs: number
  /** A later invocation: nine of ten stay below. */
  warmCpuMs: number
  /** The mean of later invocations. */
  meanCpuMs: number
}
