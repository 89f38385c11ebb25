/** A function as the template describes it, intrinsics resolved. */
export interface FunctionDeployment {
  name: string
  /** Folder of the bundle; it is copied, so it may change or go away afterwards. */
  codeDir: string
  /** `index.handler`. */
  handler: string
  environment: Record<string, string>
  timeoutSeconds: number
  memoryMb: number
  reservedConcurrency?: number
  roleName: string
}

/** What an execution environment is made of. Published versions keep all of it; `$LATEST` changes with each deployment. */
export interface FunctionVersion {
  name: string
  /** `$LATEST` or the version's number. */
  version: string
  codeHash: string
  handler: string
  environment: Record<string, string>
  timeoutSeconds: number
  memoryMb: number
  roleName: string
}

/** True when both would run the same code in the same way. */
export function sameButVersion(left: FunctionVersion, right: FunctionVersion): boolean {
  return fingerprint(left) === fingerprint(right)
}

function fingerprint({
  name,
  codeHash,
  handler,
  environment,
  timeoutSeconds,
  memoryMb,
  roleName,
}: FunctionVersion): string {
  const variables = Object.entries(environment).sort(([left], [right]) => (left < right ? -1 : 1))
  return JSON.stringify([name, codeHash, handler, variables, timeoutSeconds, memoryMb, roleName])
}
