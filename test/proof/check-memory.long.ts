import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { runsEveryCase } from '../fixtures/sample.ts'

/** Copies of a system with two tickets, which stores 167 KB: as much per ticket as docs/portfolio/capacity.md says. */
const copies = runsEveryCase ? 5_000 : 400
const heapMb = 128
const partBytesMax = 4 * 1024 * 1024

/** Resolves with the number of broken invariants. Rejects with `ERR_WORKER_OUT_OF_MEMORY` when the heap does not do. */
function checkIn(data: { copies: number; partBytesMax?: number }): Promise<number> {
  const worker = new Worker(new URL('./check-memory-worker.ts', import.meta.url), {
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

describe(`a check of ${2 * copies} tickets in a heap of ${heapMb} MB`, () => {
  it('is done, and finds what is broken, when it has a part of the tenants at a time', async () => {
    const startedAtMs = performance.now()
    expect(await checkIn({ copies, partBytesMax })).toBeGreaterThan(3)
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(0)
    console.log(`${2 * copies} tickets were checked in ${seconds} s, in a heap of ${heapMb} MB`)
  }, 1_800_000)

  it('runs out of memory when it has everything at once', async () => {
    await expect(checkIn({ copies })).rejects.toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' })
  }, 1_800_000)
})
