import { describe, expect, it } from 'vitest'
import { handleUpload } from '../../app/handle-upload.ts'
import { attachment, attachmentSaga } from '../../sagas/attachment/attachment.ts'
import { nextGeneration } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { runInterleaved } from '../fixtures/interleaving.ts'
import { AttachmentCase, png, promiseOf } from './attachment-fixture.ts'

/** Every order of the calls of a long task (0) and of a signal (1) that makes `signalCalls` calls. */
function everyPlaceOf(signalCalls: number, taskCalls: number): (0 | 1)[][] {
  if (signalCalls === 0) return [Array(taskCalls).fill(0)]
  return Array.from({ length: taskCalls + 1 }, (_, before) =>
    everyPlaceOf(signalCalls - 1, taskCalls - before).map(
      (after) => [...Array(before).fill(0), 1, ...after] as (0 | 1)[],
    ),
  ).flat()
}

/** How many calls `task` makes to the store. */
async function callsOf(inner: Store, task: (store: Store) => Promise<unknown>): Promise<number> {
  let calls = 0
  await task(
    interceptStore(inner, (_, proceed) => {
      calls++
      return proceed()
    }),
  )
  return calls
}

const token = 'T'

async function uploadedFile() {
  const file = await new AttachmentCase().request(promiseOf(png))
  await file.write(attachment)
  file.put(png)
  const task = { tenant: 'acme', sagaId: file.sagaId, generation: 1, token, attempt: 0 }
  const open = (store: Store) => file.task({ action: 'do', steps: ['quota'], awaits: 'upload', ...task }, { store })
  const arrive = (store: Store) => handleUpload({ ...depsOf(file), store }, file.key)
  return { file, open, arrive }
}

/** A file that was uploaded and is about to wait for the verdict of a scan. */
async function scannedFile() {
  const file = await new AttachmentCase({ isScanned: true }).request(promiseOf(png))
  await file.write(attachmentSaga({ isScanned: true }))
  const task = { tenant: 'acme', sagaId: file.sagaId, generation: 1, attempt: 0 }
  await file.task({ action: 'do', steps: ['quota'], awaits: 'upload', ...task, token: 'upload' })
  file.put(png)
  await file.outcome()
  file.callbacks.called.length = 0
  const { etag = '' } = (await file.objects.head(file.key)) ?? {}
  const open = (store: Store) =>
    file.task({ action: 'do', steps: ['upload'], awaits: 'scan', ...task, token }, { store })
  const arrive = (store: Store) => file.scannedAs({ key: file.key, etag, verdict: { verdict: 'clean' } }, store)
  return { file, open, arrive }
}

const depsOf = ({ runtime, objects, callbacks }: AttachmentCase) => ({ runtime, objects, callbacks })

describe.each([
  ['an upload', uploadedFile],
  ['a verdict of a scan', scannedFile],
])('%s', (_, given) => {
  it('wakes its saga, wherever its event falls between the calls that open the wait', async () => {
    const counted = await given()
    const taskCalls = await callsOf(counted.file.store, counted.open)
    const signalCalls = await callsOf(counted.file.store, counted.arrive)
    expect([taskCalls > 4, signalCalls > 1]).toEqual([true, true])
    for (const order of everyPlaceOf(signalCalls, taskCalls)) {
      const { file, open, arrive } = await given()
      await runInterleaved(file.store, open, arrive, order)
      expect(file.callbacks.called, order.join('')).toContain(token)
    }
  })

  it('wakes the first attempt of a later generation, not a later attempt of an earlier one', async () => {
    const { file, open, arrive } = await given()
    await open(file.store)
    const [awaits, steps] = await waitOf(file)
    const attempt = (generation: number, number: number, name: string) =>
      file.task({
        action: 'do',
        steps,
        awaits,
        tenant: 'acme',
        sagaId: file.sagaId,
        generation,
        token: name,
        attempt: number,
      })
    await attempt(1, 5, 'fifth attempt')
    const { definition } = await file.saga()
    const now = new Date(file.runtime.now()).toISOString()
    const ref = { tenant: 'acme', id: file.sagaId, generation: 1 }
    await file.store.write(nextGeneration(ref, now, { state: 'running', definition }))
    await attempt(2, 0, 'next generation')
    await expect(attempt(1, 9, 'zombie')).rejects.toMatchObject({ name: 'ExecutionSuperseded' })
    await arrive(file.store)
    expect(file.callbacks.called.at(-1)).toBe('next generation')
    expect(file.callbacks.called).not.toContain('fifth attempt')
  })
})

/** The wait that is open, and the steps of the task that opens it. */
async function waitOf(file: AttachmentCase): Promise<[awaits: string, steps: string[]]> {
  const { state } = await file.get()
  return state === 'awaiting_upload' ? ['upload', ['quota']] : ['scan', ['upload']]
}
