import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTarget } from '../../proof/target.ts'
import { copyRepository } from '../docs/recipe.ts'
import { caller } from '../e2e/running-stack.ts'
import { attach } from './debugger.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-watch-'))
const sources = copyRepository()
const lines: string[] = []
let child: ChildProcess
let inspectorUrl: string
let heard = Promise.withResolvers<void>()

beforeAll(async () => {
  const args = [
    'commands/run.mjs',
    'start',
    '--watch',
    '--inspect',
    '0',
    '--no-samples',
    '--port',
    '0',
    '--data',
    dataDir,
  ]
  child = spawn(process.execPath, args, { cwd: sources, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr])
    if (stream)
      createInterface(stream).on('line', (line) => {
        lines.push(line)
        heard.resolve()
      })
  await line(/^Steadfast is ready at/)
  inspectorUrl = (await line(/^Inspector: /)).replace('Inspector: ', '')
}, 120_000)
afterAll(async () => {
  child.kill('SIGTERM')
  if (child.exitCode === null) await once(child, 'exit')
  for (const dir of [dataDir, sources]) rmSync(dir, { recursive: true, force: true })
})

/** The first line from here on that matches. */
async function line(pattern: RegExp): Promise<string> {
  for (;;) {
    const index = lines.findIndex((text) => pattern.test(text))
    if (index >= 0) return lines.splice(0, index + 1).at(-1) ?? ''
    await heard.promise
    heard = Promise.withResolvers()
  }
}

function edit(file: string, find: string, replace: string) {
  const path = join(sources, file)
  const text = readFileSync(path, 'utf8')
  expect(text).toContain(find)
  writeFileSync(path, text.replace(find, replace))
}

const openapi = async () => (await fetch(`${openTarget({ dataDir }).apiUrl}/openapi.json`)).json()

it('stops at a breakpoint in the source of a function, and answers when it goes on', async () => {
  await openapi()
  const session = await attach(inspectorUrl)
  try {
    const source = 'functions/get-openapi/get-openapi.ts'
    const lineNumber = readFileSync(join(sources, source), 'utf8')
      .split('\n')
      .findIndex((text) => text.includes('jsonResponse(document)'))
    await session.breakAt({ worker: /get-openapi/, source: join(sources, source), lineNumber })
    const answer = openapi()
    expect(await session.paused()).toEqual({ source: join(sources, source), lineNumber })
    await session.resume()
    expect(await answer).toMatchObject({ openapi: '3.1.0' })
  } finally {
    session.close()
  }
}, 60_000)

it('takes over changed code while it runs, and changed resources without losing data; a mistake changes nothing', async () => {
  const opened = await caller(openTarget({ dataDir }), 'acme', 'cleo', 'customer').send('POST', '/tickets', {
    title: 'Before the change',
    body: 'It stays.',
  })
  expect(opened.status).toBe(201)

  edit('functions/get-openapi/get-openapi.ts', 'jsonResponse(document)', 'jsonResponse({ changed: true })')
  expect(await line(/changed: /)).toMatch(/^functions\/get-openapi\/get-openapi\.ts changed: get-openapi updated$/)
  expect(await openapi()).toEqual({ changed: true })

  edit('functions/get-openapi/get-openapi.ts', 'jsonResponse({', 'jsonResponse({{')
  expect(await line(/the stack stays as it was/)).toContain('functions/get-openapi/get-openapi.ts changed')
  expect(await openapi()).toEqual({ changed: true })

  edit('functions/get-openapi/get-openapi.ts', 'jsonResponse({{', 'jsonResponse({')
  await line(/get-openapi updated$/)
  edit(
    'infra/constructs/outputs.ts',
    'new CfnOutput(scope, key, { value })',
    "for (const name of [key, key + 'Again']) new CfnOutput(scope, name, { value })",
  )
  await line(/^infra\/constructs\/outputs\.ts changed: started again on the same data$/)
  const target = openTarget({ dataDir })
  expect(target.outputs.TicketsTableAgain).toBe(target.outputs.TicketsTable)
  const { items } = (await caller(target, 'acme', 'cleo', 'customer').get('/tickets')).body
  expect(items).toMatchObject([{ title: 'Before the change' }])
}, 120_000)
