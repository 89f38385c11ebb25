import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Outputs by stack, and all of them by name beside: as `cdk deploy --outputs-file` writes them, plus a flat view. */
export type Outputs = Record<string, string | Record<string, string>>

/** `AwsEndpointUrl` is where the AWS protocols are spoken, for who has only this file. */
export function outputsOf(byStack: Record<string, Record<string, string>>, endpointUrl: string): Outputs {
  const flat = Object.values(byStack).flatMap((values) =>
    // What stacks export to each other is no one else's business.
    Object.entries(values).filter(([name]) => !name.startsWith('ExportsOutput')),
  )
  return { ...byStack, ...Object.fromEntries(flat), AwsEndpointUrl: endpointUrl }
}

/** Writes `outputs.json`, whole or not at all. */
export function writeOutputs(dataDir: string, outputs: Outputs): void {
  const file = join(dataDir, 'outputs.json')
  writeFileSync(`${file}.part`, `${JSON.stringify(outputs, null, 2)}\n`)
  renameSync(`${file}.part`, file)
}
