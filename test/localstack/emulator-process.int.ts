import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startEmulator } from '../../localstack/host/emulator-process.ts'

/** Stands for an emulator: it starts a process of its own, prints both ids, and ignores SIGTERM. */
const stubborn = `
const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
process.on('SIGTERM', () => {})
require('node:fs').writeFileSync('ids', JSON.stringify([process.pid, child.pid]))
console.log('Ready.')
setInterval(() => {}, 1000)
`

function start(script: string) {
  return startEmulator({
    name: 'Emulator',
    url: 'http://127.0.0.1:1',
    readyLine: /^Ready\.$/,
    command: () => ({ file: process.execPath, args: ['-e', script], env: process.env }),
  })
}

const isRunning = (pid: number) => existsSync(`/proc/${pid}/stat`)

describe.skipIf(process.platform !== 'linux')('an emulator on this machine', () => {
  it('is gone when it is stopped: with every process that it started, and its data', async () => {
    const emulator = await start(stubborn)
    const runDir = dirname(emulator.logFile)
    const pids = JSON.parse(readFileSync(`${runDir}/ids`, 'utf8')) as number[]
    expect(pids.map(isRunning)).toEqual([true, true])
    const stopped = emulator.stop()
    expect(emulator.stop()).toBe(stopped)
    await stopped
    await expect.poll(() => pids.map(isRunning)).toEqual([false, false])
    expect(existsSync(runDir)).toBe(false)
  })

  it('tells the end of its log when it ends before it is ready', async () => {
    await expect(start('console.log("no heap"); process.exitCode = 3')).rejects.toThrow(
      /Emulator ended by itself with code 3:\nno heap/,
    )
  })

  it('is missed when it ends later', async () => {
    const emulator = await start('console.log("Ready."); setTimeout(() => process.exit(4), 50)')
    await expect(emulator.ended).rejects.toThrow('Emulator ended by itself with code 4')
    await emulator.stop()
  })

  it('fails in one line when its program does not exist', async () => {
    const command = () => ({ file: '/nowhere/python', args: [], env: {} })
    const started = startEmulator({ name: 'Emulator', url: '', readyLine: /x/, command })
    await expect(started).rejects.toThrow('Emulator could not be started')
  })
})
