import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { runTool } from '../../localstack/host/run-tool.ts'

describe('npm run localstack', () => {
  it('says in one line, before it installs anything, that its port is taken, perhaps by npm start', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    try {
      const started = runTool(process.execPath, ['commands/run.mjs', 'localstack', '--port', String(port)])
      await expect(started).rejects.toThrow(
        new RegExp(`code 1:\nerror: port ${port} is in use: stop the process .* or choose another port with --port$`),
      )
    } finally {
      server.close()
    }
  })
})
