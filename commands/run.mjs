// Runs commands/NAME.ts: `node commands/run.mjs NAME …`. It is plain JavaScript, so that a Node too old for TypeScript can read it and say
// so. The npm scripts `exec` it: npm passes SIGTERM to its child, and a shell in between would die of it and leave the stack running.
// Windows has neither; there, exec.cmd is what `exec` means.
import nodeModule from 'node:module'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { exitSafeFlags } from './exit-safe-flags.mjs'

const majorMin = 24
const [, script, name, ...args] = process.argv

// A stack holds a thread per function. Without these settings V8 and the allocator keep about twice the memory that it needs.
const lean = { flags: ['--optimize-for-size', ...exitSafeFlags], variables: { MALLOC_ARENA_MAX: '2' } }
// Chrome DevTools finds worker threads by it; other debuggers need nothing.
if (args.some((argument) => /^--inspect(=|$)/.test(argument))) lean.flags.push('--experimental-worker-inspection')
const runsStack = name === 'start'
const isLean = lean.flags.every((flag) => process.execArgv.includes(flag))

if (Number(process.versions.node.split('.')[0]) < majorMin) {
  console.error(
    `Steadfast needs Node ${majorMin}, this is ${process.versions.node}: run "npm ci" with install scripts allowed (npm ci --ignore-scripts=false), which installs Node ${majorMin} for this project, and use the npm scripts (npm start, npm test).`,
  )
  process.exitCode = 1
} else if (runsStack && !isLean && process.platform !== 'win32') {
  // Replaces this process, so that signals, output and exit code need no forwarding.
  process.removeAllListeners('warning')
  process.execve(process.execPath, [process.execPath, ...lean.flags, ...process.execArgv, script, name, ...args], {
    ...process.env,
    ...lean.variables,
  })
} else {
  for (const flag of exitSafeFlags) setFlagsFromString(flag)
  // Compiling the sources is half of what a short command takes.
  nodeModule.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)))
  const command = new URL(`./${name}.ts`, import.meta.url)
  process.argv = [process.argv[0], fileURLToPath(command), ...args]
  await import(command.href)
}
