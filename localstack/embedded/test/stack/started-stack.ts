import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventLine } from '../../events/event-line.ts'
import { startEmbeddedStack } from '../../stack.ts'
import type { TemplateResource } from '../../template/assembly.ts'
import { writeMiniApp } from './mini-app.ts'

/** What a test leaves behind; the last comes first. */
export const closers: (() => unknown)[] = []
export let dataDir: string

/** For `beforeEach`. */
export function newDataFolder(): void {
  dataDir = mkdtempSync(join(tmpdir(), 'embedded-aws-stack-'))
  closers.push(() => rmSync(dataDir, { recursive: true, force: true }))
}

/** For `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close()
}

export function miniApp(
  changes?: Record<string, TemplateResource>,
  options?: Parameters<typeof writeMiniApp>[1],
): string {
  const dir = writeMiniApp(changes, options)
  closers.push(() => rmSync(dir, { recursive: true }))
  return dir
}

export const silent = { info: () => {}, warn: () => {} }

export async function start(assemblyDir = miniApp(), port = 0, onEvent?: (line: EventLine) => void) {
  const stack = await startEmbeddedStack({
    assemblyDir,
    dataDir,
    port,
    parameters: () => ({ JwtIssuer: 'https://issuer.example' }),
    log: silent,
    onEvent,
  })
  closers.push(stack.stop)
  return stack
}
