import { startEmbeddedStack } from '../../localstack/embedded/stack.ts'

// A stack in a process of its own: `node stack-process.ts ASSEMBLY DATA PORT`. Tells its port when it is ready, and ends with its parent.
const [, , assemblyDir = '', dataDir = '', port] = process.argv
const log = { info: () => {}, warn: () => {} }
const stack = await startEmbeddedStack({ assemblyDir, dataDir, port: Number(port), log })
process.once('disconnect', () => void stack.stop())
process.send?.(new URL(stack.url).port)
