import { choosePort } from 'embedded-aws/tools'
import type { Emulator } from '../../localstack/host/emulator-process.ts'
import { findTools } from '../../localstack/host/find-tools.ts'
import { installLocalStack } from '../../localstack/host/install-localstack.ts'
import { installMiniStack, startMiniStack } from '../../localstack/host/ministack/ministack.ts'
import { startLocalStack } from '../../localstack/host/start-localstack.ts'

/** Emulators without Docker, by their names as arguments. */
export const emulatorNames = ['ministack', 'localstack'] as const
export type EmulatorName = (typeof emulatorNames)[number]

/** Starts an emulator, empty, on a free port. */
export type StartEmulator = () => Promise<Emulator>

/** Installs an emulator into a folder, or uses what is there. Throws `MissingToolError`, which names the tool that this machine lacks. */
export const installEmulator: Record<EmulatorName, (home: string) => Promise<StartEmulator>> = {
  async ministack(home) {
    const python = await installMiniStack(home)
    return async () => startMiniStack(python, await choosePort(0))
  },
  async localstack(home) {
    const installation = await installLocalStack(home, await findTools())
    return async () => startLocalStack(installation, await choosePort(0))
  },
}
