import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const packageDir = join(import.meta.dirname, '../..')
const app = `node "${join(import.meta.dirname, 'app.ts')}"`
const children: ChildProcess[] = []
let dataDir: string
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'embedded-aws-guestbook-'))
})
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(dataDir, { recursive: true, force: true })
})

/** `embedded-aws --app …` in a process of its own, once it is ready. */
async function start(...args: string[]) {
  const child = spawn(process.execPath, [join(packageDir, 'bin.mjs'), '--data', dataDir, '--port', '0', ...args])
  children.push(child)
  const output = { out: '', errors: '' }
  child.stderr.on('data', (chunk) => {
    output.errors += chunk
  })
  const ready = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output.out += chunk
      const [, url] = /(?:ApiUrl = |"apiUrl":")(\S+?)(?:\/\n|")/.exec(output.out) ?? []
      if (url) resolve(url)
    })
  })
  const ended = once(child, 'close').then(() => {
    throw new Error(`it ended before it was ready: ${output.errors}`)
  })
  return { child, output, apiUrl: await Promise.race([ready, ended]) }
}

const put = (apiUrl: string, id: string, body: string) => fetch(`${apiUrl}/entries/${id}`, { method: 'PUT', body })

/** The entry, once it is in the bucket; the test's time limit is the bound. */
async function filed(apiUrl: string, id: string): Promise<string> {
  for (;;) {
    const entry = (await (await fetch(`${apiUrl}/entries/${id}`)).json()) as { text: string; filed: boolean }
    if (entry.filed) return entry.text
    await delay(50)
  }
}

describe('embedded-aws', () => {
  it("runs another CDK app by the app's own command, and keeps its data when it is killed", async () => {
    const first = await start('--app', app)
    expect(first.output.out).toMatch(/^Ready at http:\/\/127\.0\.0\.1:\d+\n/)
    expect((await put(first.apiUrl, 'ada', 'Lovely place')).status).toBe(201)
    expect(await filed(first.apiUrl, 'ada')).toBe('Lovely place')
    first.child.kill('SIGKILL')
    await once(first.child, 'close')
    const second = await start('--app', app, '--json')
    expect(await filed(second.apiUrl, 'ada')).toBe('Lovely place')
    await put(second.apiUrl, 'bob', 'Again')
    expect(await filed(second.apiUrl, 'bob')).toBe('Again')
    second.child.kill('SIGTERM')
    expect(await once(second.child, 'close')).toEqual([0, null])
    const printed = second.output.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(printed).toContainEqual(expect.objectContaining({ kind: 'ready', apiUrl: second.apiUrl }))
    const isPut = { kind: 'request', what: 'PUT /entries/bob', outcome: '201' }
    expect(printed).toContainEqual(expect.objectContaining(isPut))
  })

  it('fails in one line when the app fails', async () => {
    await expect(start('--app', 'node --eval "throw new Error(\'no such thing\')"')).rejects.toThrow(
      /error: The CDK app .* could not be synthesized: Error: no such thing\n/,
    )
  })
})
