import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startEngine } from '../../dynamodb/engine.ts'
import { findEngineBinary } from '../../dynamodb/engine-binary.ts'
import { createEngineClient } from '../../dynamodb/engine-client.ts'
import { ownFolder } from './own-dynamodb.ts'

// macOS has no loopback address but 127.0.0.1 unless one is added.
describe.skipIf(process.platform === 'darwin')('the DynamoDB engine, which answers whoever asks,', () => {
  it('listens on a random loopback address, where no web page finds it', async () => {
    const folder = ownFolder()
    const engine = await startEngine({
      binary: findEngineBinary(),
      databasePath: join(folder, 'data.db'),
      pidPath: join(folder, 'engine.pid'),
      log: { info: () => {}, warn: () => {} },
    })
    const { host, port } = engine.address
    expect(host).toMatch(/^127\.\d+\.\d+\.\d+$/)
    expect(host).not.toBe('127.0.0.1')
    const client = createEngineClient(engine.address)
    expect(await client.call('DynamoDB_20120810.ListTables', {})).toEqual({ TableNames: [] })
    client.close()
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow()
    await engine.stop()
  })
})
