import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closeAll, closers, dataDir, miniApp, newDataFolder, start } from './started-stack.ts'

beforeEach(newDataFolder)
afterEach(closeAll)

describe('a stack that cannot start', () => {
  it('reports that the port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    closers.push(() => server.close())
    const { port } = server.address() as { port: number }
    await expect(start(miniApp(), port)).rejects.toThrow(`port ${port} is in use`)
  })

  it('reports that another stack uses the data folder', async () => {
    const assemblyDir = miniApp()
    await start(assemblyDir)
    await expect(start(assemblyDir)).rejects.toThrow(`Another stack (process ${process.pid}) is using ${dataDir}`)
  })

  it('reports that another stack uses the data folder, rather than that its port is in use', async () => {
    const assemblyDir = miniApp()
    const { url } = await start(assemblyDir)
    await expect(start(assemblyDir, Number(new URL(url).port))).rejects.toThrow(
      `Another stack (process ${process.pid}) is using ${dataDir}`,
    )
  })

  it('names the unsupported resource, and releases the folder', async () => {
    const odd = miniApp({ Cache: { Type: 'AWS::ElastiCache::CacheCluster' } })
    await expect(start(odd)).rejects.toThrow('App/Some/Cache (AWS::ElastiCache::CacheCluster')
    await start()
  })

  it('names the role that does not allow what its machine calls', async () => {
    const helpless = miniApp({
      MachineRole: {
        Type: 'AWS::IAM::Role',
        Properties: { AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'states.amazonaws.com' } }] } },
      },
    })
    await expect(start(helpless)).rejects.toThrow(
      /App\/Some\/Machine: the role App-MachineRole does not allow lambda:InvokeFunction on .*:function:App-Work:1/,
    )
  })

  it('names the definition that it cannot run', async () => {
    const broken = miniApp({
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
          DefinitionString: '{"StartAt":"Nowhere","States":{}}',
        },
      },
    })
    await expect(start(broken)).rejects.toThrow('App/Some/Machine (AWS::StepFunctions::StateMachine)')
  })

  it.each(['dynamodb/data.db', 'step-functions.db', 'event-sources.db', 'queues.db', 's3/objects.db'])(
    'reports what to do when %s is damaged',
    async (file) => {
      const assemblyDir = miniApp()
      await (await start(assemblyDir)).stop()
      expect(existsSync(join(dataDir, file))).toBe(true)
      writeFileSync(join(dataDir, file), 'this is no database, only some text that is long enough to be looked at')
      await expect(start(assemblyDir)).rejects.toThrow('--fresh')
    },
  )
})
