import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmulatorName, installEmulator } from '../../commands/stack/emulators.ts'
import type { Emulator } from '../../localstack/host/emulator-process.ts'
import { MissingToolError } from '../../localstack/host/find-tools.ts'

/** An emulator on a free port, or the tool that this machine lacks for it. `remove` takes away what was installed for it. */
export type Emulated = { emulator: Emulator; remove(): void } | { missing: string }

/** Uses what is installed in the project's folder, such as by `npm run localstack`. A missing tool is a reason to skip; all else is a failure. */
export async function emulated(name: EmulatorName): Promise<Emulated> {
  const temporary = mkdtempSync(join(tmpdir(), 'steadfast-emulator-'))
  const remove = () => rmSync(temporary, { recursive: true, force: true })
  try {
    const installed = `.${name}`
    const start = await installEmulator[name](name === 'localstack' && existsSync(installed) ? installed : temporary)
    return { emulator: await start(), remove }
  } catch (error) {
    remove()
    if (error instanceof MissingToolError) return { missing: error.message }
    throw error
  }
}
