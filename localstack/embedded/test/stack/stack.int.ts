import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventLine } from '../../events/event-line.ts'
import type { StackModel } from '../../template/model.ts'
import { listeningSockets } from './listening-sockets.ts'
import { closeAll, closers, dataDir, miniApp, newDataFolder, start } from './started-stack.ts'

beforeEach(newDataFolder)
afterEach(closeAll)

const machineOf = ({ model }: { model: StackModel }) => ({ stateMachineArn: model.stateMachines[0]?.arn })

/** Asks until the answer is as wished; the test's own time limit is the bound. */
async function until<T>(ask: () => Promise<T>, isFine: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (isFine(answer)) return answer
    await delay(50)
  }
}

const post = (apiUrl: string | undefined, id: string) => fetch(`${apiUrl}/items/${id}`, { method: 'POST' })
const get = async (apiUrl: string | undefined, id: string) =>
  (await (await fetch(`${apiUrl}/items/${id}`)).json()) as { done: boolean; by?: string }
const isDone = ({ done }: { done: boolean }) => done

describe('a stack', () => {
  it('runs an app from its API to the end of its state machine', async () => {
    const events: EventLine[] = []
    const { apiUrl, outputs, url } = await start(miniApp(), 0, (line) => events.push(line))
    const accepted = await post(apiUrl, 'one')
    expect([accepted.status, await accepted.json()]).toEqual([201, { id: 'one', issuer: 'https://issuer.example' }])
    await until(() => get(apiUrl, 'one'), isDone)
    expect(outputs).toMatchObject({ ApiUrl: `${url}/api`, AwsEndpointUrl: url, App: { ApiUrl: `${url}/api` } })
    expect(JSON.parse(readFileSync(join(dataDir, 'outputs.json'), 'utf8'))).toEqual(outputs)
    await until(
      async () => events,
      (lines) => lines.some(({ outcome }) => outcome === 'succeeded'),
    )
    const lines = events.map(
      ({ kind, what, outcome }) => `${kind} ${what.replaceAll(/-[0-9a-f]{8}\b/g, '')} ${outcome}`,
    )
    expect(lines[0]).toBe('request POST /items/one 201')
    const later = lines.filter((line) => !line.startsWith('request'))
    expect(later.toSorted()).toEqual([
      'execution App-Machine began',
      'execution App-Machine succeeded',
      'message App-Queue.fifo → App-Begin delivered',
    ])
  })

  it('lets a function do only what its role allows', async () => {
    const { apiUrl } = await start()
    const response = await fetch(`${apiUrl}/items/one`, { method: 'DELETE' })
    expect(await response.json()).toEqual({ refusal: 'AccessDeniedException' })
  })

  it('does to a function and to calls of its role what an experiment says, until that is stopped', async () => {
    const { apiUrl, url, model } = await start()
    const accept = model.functions.find(({ handler }) => handler === 'index.accept')
    const authorization = 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/fis/aws4_request, SignedHeaders=host'
    const ask = async (method: string, path: string, body = {}) => {
      const options = { method, headers: { authorization }, body: JSON.stringify(body) }
      const answer = (await (await fetch(`${url}${path}`, options)).json()) as Record<string, { id: string }>
      return Object.values(answer)[0]?.id
    }
    const action = (actionId: string, target: object, parameters: object) => ({
      actionId,
      targets: target,
      parameters: { duration: 'PT1M', ...parameters },
    })
    const teapot = { statusCode: '418', contentTypeHeader: 'text/plain', preventExecution: 'true' }
    const noReads = { service: 'dynamodb', operations: 'GetItem', percentage: '100' }
    const target = (type: string, arn: string | undefined) => ({
      resourceType: type,
      resourceArns: [arn],
      selectionMode: 'ALL',
    })
    const run = async (only: object, one: object) => {
      const shared = {
        description: 'd',
        stopConditions: [{ source: 'none' }],
        roleArn: 'arn:aws:iam::0:role/experiments',
      }
      const template = { clientToken: JSON.stringify(only), targets: { one }, actions: { only }, ...shared }
      const experimentTemplateId = await ask('POST', '/experimentTemplates', template)
      return ask('POST', '/experiments', { clientToken: JSON.stringify(one), experimentTemplateId })
    }
    await run(
      action('aws:fis:inject-api-internal-error', { Roles: 'one' }, noReads),
      target('aws:iam:role', `arn:aws:iam::000000000000:role/${accept?.roleName}`),
    )
    expect((await fetch(`${apiUrl}/items/one`)).status).toBe(502)
    const id = await run(
      { ...action('aws:lambda:invocation-http-integration-response', { Functions: 'one' }, teapot) },
      target('aws:lambda:function', accept?.arn),
    )
    expect((await post(apiUrl, 'one')).status).toBe(418)
    await ask('DELETE', `/experiments/${id}`)
    expect((await post(apiUrl, 'one')).status).toBe(201)
  })

  it('continues with its data after a stop, on another port and with a changed app', async () => {
    const first = await start()
    await post(first.apiUrl, 'one')
    await first.stop()
    const wait = { Rest: { Type: 'Pass', Next: 'Work' }, Work: { Type: 'Pass', End: true } }
    const changed = await start(
      miniApp({
        Machine: {
          Type: 'AWS::StepFunctions::StateMachine',
          Properties: {
            RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
            DefinitionString: JSON.stringify({ StartAt: 'Rest', States: wait }),
          },
        },
      }),
    )
    await until(
      async () => {
        const { executions } = (await changed.stepFunctions.handle('ListExecutions', machineOf(changed), {
          kind: 'developer',
        })) as { executions: { status: string }[] }
        return executions
      },
      (executions) => executions.length === 1 && executions[0]?.status === 'SUCCEEDED',
    )
  })
})

describe('a redeployment', () => {
  it('keeps the code of running executions, and deletes it when none is left', async () => {
    const before = await start(miniApp({}, { mark: 'first', waitSeconds: 4 }))
    await post(before.apiUrl, 'old')
    await until(
      () => before.stepFunctions.handle('ListExecutions', machineOf(before), { kind: 'developer' }),
      (answer) => (answer as { executions: unknown[] }).executions.length === 1,
    )
    await before.stop()

    const changed = miniApp({}, { mark: 'second' })
    const after = await start(changed)
    await post(after.apiUrl, 'new')
    expect(await until(() => get(after.apiUrl, 'new'), isDone)).toMatchObject({ by: 'second' })
    expect(await until(() => get(after.apiUrl, 'old'), isDone)).toMatchObject({ by: 'first' })
    await until(
      () =>
        after.stepFunctions.handle(
          'ListExecutions',
          { ...machineOf(after), statusFilter: 'RUNNING' },
          { kind: 'developer' },
        ),
      (answer) => (answer as { executions: unknown[] }).executions.length === 0,
    )
    await after.stop()

    const later = await start(changed)
    await expect(later.invoke('App-Work:2', { id: 'new' })).resolves.toMatchObject({ status: 'succeeded' })
    await expect(later.invoke('App-Work:1', { id: 'old' })).rejects.toThrow('Function not found')
  })
})

/** A stack in a process of its own. */
async function spawned(assemblyDir: string) {
  const script = join(import.meta.dirname, 'run-stack.ts')
  const child = spawn(process.execPath, [script, assemblyDir, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data')
  const ready = JSON.parse(String(line)) as { url: string; apiUrl: string; enginePid: number }
  closers.push(async () => {
    await kill(child, 'SIGKILL')
    if (existsSync(`/proc/${ready.enginePid}`)) process.kill(ready.enginePid, 'SIGKILL')
  })
  return { child, ...ready }
}

async function kill(child: ChildProcess, signal: NodeJS.Signals) {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await once(child, 'exit')
}

/** Sends a request with exactly these headers, and resolves with the status of the answer. */
function statusOf(origin: string, path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(origin + path, { method: 'POST', headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject)
    sent.end('{}')
  })
}

// macOS has no loopback address but 127.0.0.1, and neither it nor Windows has /proc.
describe.runIf(process.platform === 'linux')('every port that a stack opens', () => {
  it('refuses a web page from elsewhere, or has an address that no page finds', async () => {
    const { url, child, enginePid } = await spawned(miniApp())
    const sockets = listeningSockets(child.pid ?? 0)
    expect(sockets.map(({ pid }) => pid).toSorted()).toEqual([child.pid, enginePid].toSorted())
    const list = { 'x-amz-target': 'DynamoDB_20120810.ListTables', 'content-type': 'application/x-amz-json-1.0' }
    for (const { address, port } of sockets) {
      const origin = `http://${address}:${port}`
      if (origin !== url) {
        expect(address).toMatch(/^127\.(?!0\.0\.1$)/)
        continue
      }
      for (const path of ['/', '/api/items/1', '/_embedded-aws/faults', '/bucket/key'])
        expect(await statusOf(origin, path, { ...list, host: 'evil.example' }), path).toBe(403)
      for (const path of ['/', '/_embedded-aws/faults'])
        expect(await statusOf(origin, path, { ...list, origin: 'https://evil.example' }), path).toBe(403)
    }
  })
})

describe('a stack that is killed', () => {
  it('loses nothing that was acknowledged, and resumes what was running', async () => {
    const assemblyDir = miniApp()
    const first = await spawned(assemblyDir)
    const acknowledged: string[] = []
    const sending = (async () => {
      for (let index = 0; index < 200; index++) {
        const response = await post(first.apiUrl, `item-${index}`).catch(() => undefined)
        if (response?.status !== 201) return
        acknowledged.push(`item-${index}`)
      }
    })()
    await until(
      async () => acknowledged.length,
      (count) => count >= 20,
    )
    await kill(first.child, 'SIGKILL')
    await sending

    const second = await spawned(assemblyDir)
    for (const id of acknowledged) await until(() => get(second.apiUrl, id), isDone)
    expect(acknowledged.length).toBeGreaterThanOrEqual(20)
    await kill(second.child, 'SIGTERM')
    expect(second.child.exitCode).toBe(0)
  })
})
