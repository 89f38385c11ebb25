import { startEmbeddedStack } from '../../stack.ts'

// A stack in a process of its own, for tests that kill it: `node run-stack.ts ASSEMBLY DATA`. Prints its API's address when ready.
const [, , assemblyDir = '', dataDir = ''] = process.argv
const log = { info: () => {}, warn: (message: string) => console.error(message) }
const stack = await startEmbeddedStack({ assemblyDir, dataDir, port: 0, log })
console.log(JSON.stringify({ url: stack.url, apiUrl: stack.apiUrl, enginePid: stack.dynamoDb.enginePid() }))
process.on('SIGTERM', () => void stack.stop())
