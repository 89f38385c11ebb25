import { describe, expect, it } from 'vitest'
import { handleEachRecord } from '../../app/each-record.ts'
import { noopObserver } from '../../app/observer.ts'
import { recordBounces } from '../../functions/record-bounce/record-bounce.ts'
import { recordUploads } from '../../functions/record-upload/record-upload.ts'
import { MemoryCallbacks } from '../../gateways/callbacks-memory.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'

const runtime = new ManualRuntime()
const deps = { runtime, observer: noopObserver }

describe('the records of an asynchronous event', () => {
  it('are all handled, each with an equal share of the time that is left', async () => {
    const shares: [string, number][] = []
    const startMs = runtime.now()
    await handleEachRecord(deps, ['a', 'b', 'c'], startMs + 9_000, async (record, deadlineMs) => {
      shares.push([record, deadlineMs - startMs])
      runtime.advance(deadlineMs - runtime.now())
    })
    expect(shares).toEqual([
      ['a', 3_000],
      ['b', 6_000],
      ['c', 9_000],
    ])
  })

  it('are delivered again when one failed, which held up no other', async () => {
    const handled: string[] = []
    const handling = handleEachRecord(deps, ['a', 'b', 'c'], runtime.now() + 9_000, async (record) => {
      if (record === 'a') throw new Error('not just now')
      handled.push(record)
    })
    await expect(handling).rejects.toThrow('1 of 3 records were not handled: the event must be delivered again')
    expect(handled).toEqual(['b', 'c'])
  })

  it('are delivered again when the time was up before the last', async () => {
    const handled: string[] = []
    const handling = handleEachRecord(deps, ['a', 'b', 'c'], runtime.now() + 9_000, async (record) => {
      handled.push(record)
      runtime.advance(9_000)
    })
    await expect(handling).rejects.toThrow('2 of 3 records were not handled')
    expect(handled).toEqual(['a'])
  })
})

/** A store each call of which takes a second; with the number of calls. */
function slowStore() {
  const calls = { count: 0 }
  const store = interceptStore(new MemoryStore(), (_, proceed) => {
    calls.count++
    runtime.advance(1_000)
    return proceed()
  })
  return { store, calls }
}

describe('a function that gets several records of an event', () => {
  it('stops at its deadline and has uploads reported again', async () => {
    const { store, calls } = slowStore()
    const record = { s3: { object: { key: 'quarantine/acme/t1/a1' } } } as never
    const objects = new MemoryObjectStore(runtime.now)
    const recording = { store, runtime, objects, callbacks: new MemoryCallbacks(), observer: noopObserver }
    const Records = Array(100).fill(record)
    await expect(recordUploads(recording, { Records }, runtime.now() + 10_000)).rejects.toThrow('were not handled')
    expect(calls.count).toBeLessThan(15)
  })

  it('stops at its deadline and has bounces reported again', async () => {
    const { store, calls } = slowStore()
    const headers = [
      { name: 'X-Steadfast-Id', value: 's1' },
      { name: 'X-Steadfast-Tenant', value: 'acme' },
    ]
    const bounce = { bounceType: 'Permanent', feedbackId: 'f1', bouncedRecipients: [] }
    const record = { Sns: { Message: JSON.stringify({ bounce, mail: { messageId: 'm', headers } }) } } as never
    const recording = { store, runtime, observer: noopObserver }
    const Records = Array(100).fill(record)
    await expect(recordBounces(recording, { Records }, runtime.now() + 10_000)).rejects.toThrow('were not handled')
    expect(calls.count).toBeLessThan(15)
  })
})
