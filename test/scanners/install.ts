import { dirname, join, resolve } from 'node:path'
import { findPython, MissingToolError } from '../../localstack/host/find-tools.ts'
import { installPythonPackages } from '../../localstack/host/python-packages.ts'

export const scannerNames = ['cfn-lint', 'checkov'] as const
export type ScannerName = (typeof scannerNames)[number]

const home = resolve(import.meta.dirname, '../../.scanners')

/** The folder of a scanner's programs, which are installed unless they are there, or why it can't run here. */
export async function installScanner(name: ScannerName): Promise<{ bin: string } | { missing: string }> {
  try {
    const requirements = join(import.meta.dirname, `${name}.txt`)
    const python = await findPython([3, 11])
    return { bin: dirname(await installPythonPackages(home, name, { python, requirements })) }
  } catch (error) {
    if (error instanceof MissingToolError) return { missing: error.message }
    throw error
  }
}
