import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { awaitEmulator } from '../../commands/deploy/endpoint.ts'
import { tryApi } from '../../commands/deploy/try-api.ts'
import { runCommand } from '../fixtures/run-node.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

async function serve(listener: RequestListener, port = 0): Promise<string> {
  const server = createServer(listener).listen(port, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const answering =
  (status: number, body: unknown): RequestListener =>
  (_, response) =>
    response.writeHead(status).end(JSON.stringify(body))

/** Where nothing listens. */
async function closedUrl(): Promise<string> {
  const url = await serve(() => {})
  await new Promise((closed) => servers.pop()?.close(closed))
  return url
}

describe('the endpoint of an emulator', () => {
  it.each([200, 403, 404, 501])('is taken once it answers, whatever it answers: %i', async (status) => {
    const url = await serve(answering(status, {}))
    await expect(awaitEmulator(url, () => {})).resolves.toBeUndefined()
  })

  it('is waited for while nothing listens yet, and the wait is shown', async () => {
    const url = await closedUrl()
    const shown: string[] = []
    const waiting = awaitEmulator(url, (what) => {
      // Listens only once somebody has waited.
      if (shown.push(what) === 1) void serve(answering(200, {}), Number(new URL(url).port))
    })
    await waiting
    expect(new Set(shown)).toEqual(new Set([`Waiting for an emulator at ${url}`]))
  })

  it.each([
    ['that refuses', closedUrl],
    ['that stays silent', () => serve(() => {})],
  ])('%s is given up in time, in one line that says what to do', async (_, endpoint) => {
    const url = await endpoint()
    await expect(awaitEmulator(url, () => {}, { refusedMsMax: 0, silentMsMax: 50 })).rejects.toThrow(
      `nothing answers at ${url}: start LocalStack or MiniStack there, or set AWS_ENDPOINT_URL`,
    )
  })

  it.each([
    ['is no URL', async () => 'localhost', /^error: "localhost" is not a URL: set AWS_ENDPOINT_URL .*\n$/],
    [
      'is the stack of npm start',
      () => serve(answering(200, { rules: [] })),
      /^error: http:\S+ is the stack of npm start, which has deployed itself .* set AWS_ENDPOINT_URL\n$/,
    ],
  ])('is refused at once, in one line, when it %s', async (_, endpoint, line) => {
    const refused = await run({ AWS_ENDPOINT_URL: await endpoint() }, 'deploy', '--target', 'localstack')
    expect(refused).toEqual({ out: '', err: expect.stringMatching(line), code: 1 })
  })
})

async function run(variables: Record<string, string>, command: string, ...args: string[]) {
  const { stdout, stderr, code } = await runCommand(command, args, { env: { ...process.env, ...variables } })
  return { out: stdout, err: stderr, code }
}

describe('npm run deploy', () => {
  it('refuses AWS while an endpoint is set, in the same line as npm run destroy', async () => {
    const refused = await run({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, 'deploy', '--target', 'aws', '--yes')
    const err = 'error: AWS_ENDPOINT_URL is http://127.0.0.1:1: unset it, or use --target localstack\n'
    expect(refused).toEqual({ out: '', err, code: 1 })
  })
})

describe('npm run destroy', () => {
  it.each([
    [
      'a production stage',
      ['aws', '--stage', 'prod', '--yes'],
      /^error: stage "prod" is protected: .*termination protection.*\n$/,
    ],
    [
      'AWS while an endpoint is set',
      ['aws', '--yes'],
      /^error: AWS_ENDPOINT_URL is \S+: unset it, or use --target localstack\n$/,
    ],
    ['anything where it cannot ask', ['localstack'], /^error: there is no terminal to ask on: pass --yes .*\n$/],
    [
      'the stack of npm start',
      ['localstack', '--yes'],
      /^error: http:\S+ is the stack of npm start, .*--fresh empties it.*\n$/,
    ],
  ])('refuses in one line to destroy %s', async (_, [target = '', ...others], line) => {
    const edge = await serve(answering(200, { rules: [] }))
    const refused = await run({ AWS_ENDPOINT_URL: edge }, 'destroy', '--target', target, ...others)
    expect(refused).toEqual({ out: '', err: expect.stringMatching(line), code: 1 })
  })
})

describe('npm run destroy on a stage whose table is protected', () => {
  it('says so before it deletes anything, a file included', async () => {
    const answers: Record<string, unknown> = {
      ListTables: { TableNames: ['steadfast-local-events'] },
      DescribeTable: { Table: { DeletionProtectionEnabled: true } },
    }
    const asked: string[] = []
    const edge = await serve((request, response) => {
      const what = String(request.headers['x-amz-target'] ?? request.method).replace(/^.*\./, '')
      asked.push(what)
      response.writeHead(what in answers ? 200 : 404).end(JSON.stringify(answers[what] ?? {}))
    })
    const refused = await run({ AWS_ENDPOINT_URL: edge }, 'destroy', '--target', 'localstack', '--yes')
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(
        /error: steadfast-local-events of stage "local" refuse to be deleted, so nothing was deleted: /,
      ),
    ])
    expect(asked).toEqual(['GET', 'ListTables', 'DescribeTable'])
  })
})

describe('a deployment to production', () => {
  it('never accepts test tokens, which whoever has the data folder can sign for anybody', async () => {
    const args = ['--target', 'aws', '--stage', 'prod', '--test-tokens', '--yes']
    const { err, code } = await run({ AWS_ENDPOINT_URL: '' }, 'deploy', ...args)
    expect([err, code]).toEqual([
      expect.stringMatching(/^error: stage "prod" takes tokens of an issuer only: .*\n$/),
      1,
    ])
  })
})

describe('a deployment', () => {
  const trial = { token: 'token', expected: 200 } as const

  it('ends with a request through the API that needs its keys and its tables, and says what came', async () => {
    const seen: unknown[] = []
    const apiUrl = await serve((request, response) => {
      seen.push([request.method, request.url, request.headers.authorization])
      response.end('{}')
    })
    expect(await tryApi({ ...trial, apiUrl: `${apiUrl}/api/` })).toBe('GET /notices answered 200')
    expect(seen).toEqual([['GET', '/api/notices?limit=1', 'Bearer token']])
  })

  it('waits while the API is not there yet', async () => {
    const statuses = [502, 200]
    const apiUrl = await serve((_, response) => response.writeHead(statuses.shift() ?? 500).end())
    const shown: string[] = []
    await tryApi({ ...trial, apiUrl }, { onWaiting: (what) => shown.push(what) })
    expect(shown).toEqual(['Waiting for the API: a request was answered 502'])
  })

  it.each([
    ['a problem', 503, { detail: 'No keys.', retryable: true }, 'was answered 503 "No keys."'],
    ['an error of the gateway', 403, { message: 'Forbidden' }, 'was answered 403 "Forbidden"'],
    ['something else', 404, ['?'], 'was answered 404 "["?"]"'],
  ])('fails when its API does not work, and says what came: %s', async (_, status, body, came) => {
    const apiUrl = await serve(answering(status, body))
    await expect(tryApi({ ...trial, apiUrl }, { timeoutMs: 0 })).rejects.toThrow(
      `the stacks are deployed, but their API does not work: GET ${apiUrl}/notices?limit=1 ${came}, where 200 was expected`,
    )
  })

  it('fails when nothing answers where its API should be', async () => {
    await expect(tryApi({ ...trial, apiUrl: await closedUrl() }, { timeoutMs: 0 })).rejects.toThrow(
      /does not work: GET \S+ got no answer \(connect ECONNREFUSED 127\.0\.0\.1:\d+\)/,
    )
  })
})
