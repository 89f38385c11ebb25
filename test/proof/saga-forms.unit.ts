import { describe, expect, it } from 'vitest'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { storedObjects } from '../../proof/check/objects.ts'
import { checkInvariants } from '../../proof/check/run-check.ts'
import type { Row } from '../../tables/store.ts'
import { allRows } from '../fixtures/dump.ts'
import { AttachmentCase, png, promiseOf } from '../sagas/attachment-fixture.ts'

/** One attachment whose upload was scanned, taken in or sent back. */
async function scanned(end: 'completed' | 'compensated') {
  const file = await new AttachmentCase({ isScanned: true }).request(promiseOf(png))
  const uploading = await file.start()
  file.put(png)
  const waiting = await uploading.resume()
  if (end === 'completed') await file.scanned({ verdict: 'clean' })
  await waiting.resume()
  expect((await file.saga()).state).toBe(end)
  return file
}

/** What the check finds of sagas and attachments: numbers of invariants. */
async function broken({ store, runtime, objects }: AttachmentCase): Promise<number[]> {
  const evidence = await gatherEvidence(store, runtime.now(), [], [], await storedObjects(objects))
  const ofSagas = [14, 15, 16, 17, 18, 20, 21]
  const found = checkInvariants(evidence).filter(({ violations }) => violations.length > 0)
  return found.flatMap(({ invariant: { number } }) => (ofSagas.includes(number) ? [number] : []))
}

async function change({ store }: AttachmentCase, table: 'StepKeys' | 'Sagas', sk: string, changes: Row) {
  const row = (await allRows(store, table)).find((each) => each.sk === sk)
  if (!row) throw new Error(`there is no ${sk}`)
  await store.write({ kind: 'put', table, row: { ...row, ...changes } as Row & { pk: string } })
}

describe('the check of a saga of which there are two forms', () => {
  it('finds nothing in either end of the one that waits for a scan', async () => {
    expect(await broken(await scanned('completed'))).toEqual([])
    expect(await broken(await scanned('compensated'))).toEqual([])
  })

  it('judges it by the steps of its own form', async () => {
    const completed = await scanned('completed')
    await change(completed, 'StepKeys', 'STEP#scan', { state: 'intent' })
    expect(await broken(completed)).toEqual([15])
    const compensated = await scanned('compensated')
    await change(compensated, 'StepKeys', 'STEP#scan', { state: 'intent' })
    expect(await broken(compensated)).toEqual([15, 16, 17])
  })

  it('asks for the undo of the wait in its place', async () => {
    const compensated = await scanned('compensated')
    const saga = (await allRows(compensated.store, 'Sagas')).find(({ sk }) => sk === 'SAGA') ?? {}
    const slots = Object.entries(saga).filter(([name]) => name.startsWith('t_'))
    const [undone] = slots.filter(([, each]) => {
      const { step, action } = each as { step: string; action: string }
      return step === 'scan' && action === 'undo'
    })
    const [name = '', attempt] = undone ?? []
    await change(compensated, 'Sagas', 'SAGA', { [name]: { ...(attempt as object), step: 'inspect' } })
    expect(await broken(compensated)).toContain(18)
  })
})
