import { hashOfFolder } from './lambda/code-store.ts'
import type { LambdaPool } from './lambda/lambda-pool.ts'
import type { Kind } from './template/kind.ts'

/** One version number per code content: a bundle can change without a new synth, and running executions keep their code. */
export function versionsByContent(pool: Pick<LambdaPool, 'versionNumber'>) {
  const hashes = new Map<string, string>()
  return (functionName: string, logicalId: string, codeDir: string): number => {
    const hash = hashes.get(codeDir) ?? hashOfFolder(codeDir)
    hashes.set(codeDir, hash)
    return pool.versionNumber(functionName, `${logicalId} ${hash}`)
  }
}

/** The kinds of extensions, which have been told of their resources. */
export function withoutEffect(kinds: Record<string, Kind>): Record<string, Kind> {
  return Object.fromEntries(Object.entries(kinds).map(([type, kind]) => [type, { ...kind, add() {} }]))
}
