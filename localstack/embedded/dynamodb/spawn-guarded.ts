import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'

/**
 * The shell starts the program and a guard that blocks on a pipe from this process. The kernel closes that pipe however this process ends,
 * kill -9 included, and the guard then kills the program, so that nothing is left holding its files.
 */
const guardScript = `
"$@" 3<&- &
program=$!
echo "$program" > "$0"
( read -r _ <&3; kill -9 "$program" ) 2>/dev/null &
guard=$!
exec 3<&-
wait "$program"
code=$?
kill "$guard" 2>/dev/null
exit "$code"`

const options = {
  env: {},
  // A group of its own: Ctrl-C reaches every process of the terminal's group, and functions under way still need the engine.
  detached: true,
  windowsHide: true,
} satisfies SpawnOptions

/**
 * Starts a program that ends with this process, and writes its process id to `pidPath`. Windows has no such shell: there, a program whose
 * parent was killed stays, until whoever starts it again ends it by that id. Emits `error` when the program can't be run.
 */
export function spawnGuarded([program, ...args]: [string, ...string[]], pidPath: string): ChildProcess {
  if (process.platform === 'win32') {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    if (child.pid !== undefined) writeFileSync(pidPath, String(child.pid))
    return child
  }
  const child = spawn('/bin/sh', ['-c', guardScript, pidPath, program, ...args], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  child.stdio[3]?.on('error', () => {})
  child.once('exit', () => child.stdio[3]?.destroy())
  return child
}
