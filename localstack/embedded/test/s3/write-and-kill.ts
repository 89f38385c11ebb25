import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'
import { ownObjects } from './own-objects.ts'
import { bodyOf, isDeletion, keys } from './written-objects.ts'

/** What a key holds after a change: its body, or undefined. */
function after(number: number | undefined): string | undefined {
  return number === undefined || isDeletion(number) ? undefined : bodyOf(number)
}

/**
 * Lets a process change objects, kills it without warning after so many acknowledged changes, and checks what it left: each key holds what
 * was acknowledged last, or what was under way, whole; and no file belongs to nothing. Returns the number of the next change.
 */
export async function writeAndKill(
  dataDir: string,
  from: number,
  changes: number,
  before: Map<string, string | undefined>,
) {
  const script = join(import.meta.dirname, 'object-writer.ts')
  const writer = spawn(process.execPath, [script, dataDir, String(from)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const began = new Map<string, number>()
  const ended = new Map<string, number>()
  let acknowledged = 0
  for await (const line of createInterface({ input: writer.stdout })) {
    // A line may be cut by the kill.
    if (!line.endsWith(']')) continue
    const [what, key, number] = JSON.parse(line) as ['began' | 'ended', string, number]
    ;(what === 'began' ? began : ended).set(key, number)
    if (what === 'ended' && ++acknowledged === changes) writer.kill('SIGKILL')
  }
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit')
  expect(acknowledged).toBeGreaterThanOrEqual(changes)

  const { objects, ask } = await ownObjects({ dataDir })
  for (const key of keys) {
    const held = objects.keysUnder('files', key).includes(key) ? (await ask('GetObject', { key })).text : undefined
    const last = ended.has(key) ? after(ended.get(key)) : before.get(key)
    const allowed = began.get(key) === ended.get(key) ? [last] : [last, after(began.get(key))]
    expect(allowed.includes(held), `${key} holds ${held?.slice(0, 20)}`).toBe(true)
    before.set(key, held)
  }
  await objects.stop()
  const files = (folder: string) =>
    readdirSync(join(dataDir, 's3', folder), { recursive: true, encoding: 'utf8' }).filter((name) =>
      /[0-9a-f]{48}$/.test(name),
    )
  expect(files('incoming')).toEqual([])
  expect(files('bodies')).toHaveLength([...before.values()].filter((body) => body !== undefined).length)
  return Math.max(...began.values()) + 1
}
