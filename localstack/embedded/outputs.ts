import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Outputs by stack, as `cdk deploy --outputs-file` writes them, and all of them again by name alone. */
export type Outputs = Record<string, string | Record<string, string>>

/** Adds `AwsEndpointUrl`, the URL of the AWS protocols, for programs that have only this file. */
export function outputsOf(byStack: Record<string, Record<string, string>>, endpointUrl: string): Outputs {
  const flat = Object.values(byStack).flatMap((values) =>
    // Exports between stacks are internal.
    Object.entries(values).filter(([name]) => !name.startsWith('ExportsOutput')),
  )
  return { ...byStack, ...Object.fromEntries(flat), AwsEndpointUrl: endpointUrl }
}

/** Writes `outputs.json` atomically. */
export function writeOutputs(dataDir: string, outputs: Outputs): void {
  const file = join(dataDir, 'outputs.json')
  writeFileSync(`${file}.part`, `${JSON.stringify(outputs, null, 2)}\n`)
  renameSync(`${file}.part`, file)
}
