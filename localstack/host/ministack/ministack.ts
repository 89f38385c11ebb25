import { mkdirSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { type Emulator, startEmulator } from '../emulator-process.ts'
import { findPython } from '../find-tools.ts'
import { installPythonPackages } from '../python-packages.ts'

/** Installs MiniStack into a folder, or uses what is there. Returns its Python interpreter. Throws `MissingToolError`. */
export async function installMiniStack(home: string): Promise<string> {
  mkdirSync(home, { recursive: true })
  const python = await findPython([3, 11])
  const requirements = join(import.meta.dirname, 'requirements.txt')
  return installPythonPackages(resolve(home), 'ministack', { python, requirements })
}

/** Starts MiniStack, empty, on a port of loopback. */
export function startMiniStack(python: string, port: number): Promise<Emulator> {
  return startEmulator({
    name: 'MiniStack',
    url: `http://127.0.0.1:${port}`,
    readyLine: /Running on http/,
    command(runDir) {
      const env = {
        ...process.env,
        TMPDIR: runDir,
        HOME: runDir,
        // It runs functions on the first node of the path.
        PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(port),
        IOT_MTLS_ENABLED: '0',
      }
      return { file: join(dirname(python), 'ministack'), args: [], env }
    },
  })
}
