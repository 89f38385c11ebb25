import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { whyMissing } from '../../proof/targets/divergences.ts'
import { readTargetKind } from '../../proof/targets/target-kind.ts'

describe('a target', () => {
  const servers: http.Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections()
  })

  /** An edge that answers these paths, and 404 to any other. */
  async function edge(...paths: string[]): Promise<{ edgeUrl: string }> {
    const server = http.createServer((request, response) => {
      response.writeHead(paths.includes(request.url ?? '') ? 200 : 404).end('{}')
    })
    servers.push(server.listen(0, '127.0.0.1'))
    await once(server, 'listening')
    return { edgeUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  }

  const ministack = ['/_ministack/health', '/_localstack/health']

  it.each([
    ['embedded', ['/_steadfast/mail.json']],
    ['localstack', ['/_localstack/health']],
    ['ministack', ministack],
  ])('is known as %s by what it answers', async (kind, paths) => {
    expect(await readTargetKind(await edge(...paths))).toBe(kind)
  })

  it('without an edge is AWS', async () => {
    expect(await readTargetKind({ edgeUrl: undefined })).toBe('aws')
  })

  it('of no known kind stops the suite, which would not know what to skip', async () => {
    await expect(readTargetKind(await edge())).rejects.toThrow('is neither npm start, LocalStack nor MiniStack')
  })

  it('that lacks a feature says why; any other runs the test', async () => {
    const localstack = await edge('/_localstack/health')
    expect(await whyMissing(localstack, 'gateway-responses')).toContain('LocalStack ignores the templates')
    expect(await whyMissing(await edge(...ministack), 'gateway-responses')).toBeUndefined()
  })
})
