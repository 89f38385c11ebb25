import { describe, expect, it } from 'vitest'
import type { Store } from '../../tables/store.ts'
import { allRows } from '../fixtures/dump.ts'
import { runInterleaved } from '../fixtures/interleaving.ts'
import { AttachmentCase, png, promiseOf } from './attachment-fixture.ts'

describe('an upload slot', () => {
  it('takes the token of a later attempt, keeps its expiry, and never takes back an earlier token', async () => {
    const file = await new AttachmentCase().request(promiseOf(png))
    await file.start()
    const { uploadExpiresAt } = await file.get()
    const open = (token: string, attempt: number) => {
      const task = { tenant: 'acme', sagaId: file.sagaId, generation: 1, token, attempt }
      return file.task({ action: 'do', steps: ['quota'], awaits: 'upload', ...task })
    }
    await open('later', 2)
    await open('earlier', 1)
    const stored = (await allRows(file.store, 'Tickets')).find(({ sk }) => sk === `ATTACHMENT#${file.id}`)
    expect(stored).toMatchObject({ token: 'later', uploadExpiresAt })
    file.put(png)
    await file.outcome()
    expect(file.callbacks.called).toEqual(['later'])
  })

  it('never gets back the token of an earlier attempt, wherever a later attempt overtakes it', async () => {
    for (let before = 0; before < 9; before++) {
      const file = await new AttachmentCase().request(promiseOf(png))
      await file.start()
      const ref = { tenant: 'acme', sagaId: file.sagaId, generation: 1 }
      const open = (token: string, attempt: number) => (store: Store) =>
        file.task({ action: 'do', steps: ['quota'], awaits: 'upload', token, attempt, ...ref }, { store })
      const order = [...Array(before).fill(0), ...Array(9).fill(1)]
      await runInterleaved(file.store, open('earlier', 1), open('later', 2), order)
      expect(await file.storedRow(), `${before} calls before`).toMatchObject({ token: 'later' })
    }
  })

  it('is not opened by an attempt that runs after its undo', async () => {
    const file = await new AttachmentCase().request(promiseOf(png))
    await (await file.start()).resume('States.Timeout')
    const task = { tenant: 'acme', sagaId: file.sagaId, generation: 1, token: 'late', attempt: 9 }
    await expect(file.task({ action: 'do', steps: [], awaits: 'upload', ...task })).rejects.toMatchObject({
      name: 'StepClosed',
    })
    expect((await file.get()).state).toBe('expired')
  })
})
