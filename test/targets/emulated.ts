import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { choosePort } from 'embedded-aws/tools'
import type { Emulator } from '../../localstack/host/emulator-process.ts'
import { findTools, MissingToolError } from '../../localstack/host/find-tools.ts'
import { installLocalStack } from '../../localstack/host/install-localstack.ts'
import { installMiniStack, startMiniStack } from '../../localstack/host/ministack/ministack.ts'
import { startLocalStack } from '../../localstack/host/start-localstack.ts'

/** An emulator on a free port, or the tool that this machine lacks for it. `remove` takes away what was installed for it. */
export type Emulated = { emulator: Emulator; remove(): void } | { missing: string }

/** Uses what `npm run localstack` has installed, where it has. */
export function localstack(): Promise<Emulated> {
  return started(async (temporary) => {
    const tools = await findTools()
    const home = existsSync('.localstack') ? '.localstack' : temporary
    return startLocalStack(await installLocalStack(home, tools), await choosePort(0))
  })
}

export function ministack(): Promise<Emulated> {
  return started(async (temporary) => startMiniStack(await installMiniStack(temporary), await choosePort(0)))
}

/** A tool that is missing is a reason to skip; anything else that goes wrong is a failure. */
async function started(start: (temporary: string) => Promise<Emulator>): Promise<Emulated> {
  const temporary = mkdtempSync(join(tmpdir(), 'steadfast-emulator-'))
  const remove = () => rmSync(temporary, { recursive: true, force: true })
  try {
    return { emulator: await start(temporary), remove }
  } catch (error) {
    remove()
    if (error instanceof MissingToolError) return { missing: error.message }
    throw error
  }
}
