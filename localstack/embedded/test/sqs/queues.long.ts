import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mulberry32 } from '../../mulberry32.ts'
import { seed } from '../seed.ts'
import { compare } from './queue-model.ts'
import { type Answers, ownFolder, ownSqs } from './sqs-fixture.ts'

const minuteMs = 60_000

describe('any sequence of calls, with restarts and time in between, is answered as a simple model does', () => {
  it.each(['work', 'work.fifo'])('in the queue %s', { timeout: 5 * minuteMs }, async (name) => {
    await expect(compare(name, ownSqs, { seed, runs: 60, length: 150, msMax: minuteMs })).resolves.toBeUndefined()
  })
})

const names = ['q', 'q.fifo'] as const

/** One process with the queues, and calls of it that reject once it is dead. */
async function startProcess(dataDir: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'queue-process.ts'), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [printed] = await once(child.stdout, 'data')
  const origin = String(printed).trim()
  return {
    async kill() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
    async ask(operation: string, name: string, input: Record<string, unknown> = {}): Promise<Answers> {
      const answer = await fetch(origin, {
        method: 'POST',
        headers: { 'x-amz-target': `AmazonSQS.${operation}`, 'content-type': 'application/x-amz-json-1.0' },
        body: JSON.stringify({ QueueUrl: `${origin}/000000000000/${name}`, ...input }),
      })
      const value = (await answer.json()) as Answers
      if (!answer.ok) throw new Error(JSON.stringify(value))
      return value
    },
  }
}

type Process = Awaited<ReturnType<typeof startProcess>>

describe('a process that is killed while it works', () => {
  it('loses no message that it took and brings back none that it deleted', { timeout: 3 * minuteMs }, async () => {
    const random = mulberry32(seed)
    const dataDir = ownFolder()
    const sent = { q: new Set<string>(), 'q.fifo': new Set<string>() }
    const deleted = new Set<string>()
    const maybeDeleted = new Set<string>()
    const broughtBack: string[] = []
    let counter = 0

    async function send(name: (typeof names)[number], { ask }: Process) {
      const body = `${name} ${++counter}`
      const group = String(counter % 5)
      const ids = name === 'q' ? {} : { MessageGroupId: group, MessageDeduplicationId: String(counter) }
      await ask('SendMessage', name, { MessageBody: body, ...ids })
      sent[name].add(body)
    }

    async function work(name: string, { ask }: Process) {
      const { Messages = [] } = await ask('ReceiveMessage', name, { MaxNumberOfMessages: 5 })
      for (const { Body, ReceiptHandle } of Messages) {
        if (deleted.has(Body)) broughtBack.push(Body)
        maybeDeleted.add(Body)
        await ask('DeleteMessage', name, { ReceiptHandle })
        deleted.add(Body)
      }
    }

    for (let kills = 0; kills < 8; kills++) {
      const running = await startProcess(dataDir)
      let left = 40 + Math.floor(random() * 120)
      const dead = Promise.withResolvers<void>()
      const worker = async (act: () => Promise<void>) => {
        // Until the process is gone: what fails then was not acknowledged.
        for (;;) {
          try {
            await act()
          } catch {
            return
          }
          if (--left === 0) running.kill().then(dead.resolve)
        }
      }
      const senders = names.flatMap((name) => [1, 2, 3].map(() => worker(() => send(name, running))))
      const workers = names.map((name) => worker(() => work(name, running)))
      await Promise.all([...senders, ...workers, dead.promise])
    }

    const last = await startProcess(dataDir)
    for (const name of names) {
      const expected = new Set([...sent[name]].filter((body) => !maybeDeleted.has(body)))
      const received: string[] = []
      // What was in flight at the kill comes back when its visibility timeout of a second ends.
      for (;;) {
        const { Messages = [] } = await last.ask('ReceiveMessage', name, {
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 2,
          VisibilityTimeout: 600,
        })
        if (Messages.length === 0) break
        for (const { Body, ReceiptHandle } of Messages) {
          received.push(Body)
          await last.ask('DeleteMessage', name, { ReceiptHandle })
        }
      }
      expect(received.filter((body) => deleted.has(body))).toEqual([])
      expect(new Set(received).size).toBe(received.length)
      expect([...expected].filter((body) => !received.includes(body))).toEqual([])
      expect(expected.size).toBeGreaterThan(50)
    }
    expect(broughtBack).toEqual([])
    await last.kill()
  })
})
