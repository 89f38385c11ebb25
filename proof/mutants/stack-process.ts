import { startSteadfast } from '../../localstack/steadfast/start-steadfast.ts'

// An embedded stack as a child process: `node stack-process.ts ASSEMBLY_DIR DATA_DIR PORT`. Sends its port to the parent when it is ready,
// and stops when the parent disconnects or ends.
const [, , assemblyDir = '', dataDir = '', port] = process.argv
const log = { info: () => {}, warn: () => {} }
const stack = await startSteadfast({ assemblyDir, dataDir, port: Number(port), log })
process.once('disconnect', () => void stack.stop())
process.send?.(new URL(stack.url).port)
