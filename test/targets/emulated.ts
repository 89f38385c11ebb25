import { type EmulatorName, installEmulator } from '../../commands/stack/emulators.ts'
import type { Emulator } from '../../localstack/host/emulator-process.ts'
import { MissingToolError } from '../../localstack/host/find-tools.ts'

/**
 * An emulator on a free port, or the tool that this machine lacks for it. It is installed into a folder of the project, or used from there,
 * as by `npm run localstack`. A missing tool is a reason to skip; all else is a failure.
 */
export async function emulated(name: EmulatorName): Promise<{ emulator: Emulator } | { missing: string }> {
  try {
    const start = await installEmulator[name](`.${name}`)
    return { emulator: await start() }
  } catch (error) {
    if (error instanceof MissingToolError) return { missing: error.message }
    throw error
  }
}
