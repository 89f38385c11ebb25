import { describe, expect, it } from 'vitest'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { storedObjects } from '../../proof/check/objects.ts'
import { checkInvariants } from '../../proof/check/run-check.ts'
import type { Row } from '../../tables/store.ts'
import { allRows } from '../fixtures/dump.ts'
import { AttachmentCase, png, promiseOf } from '../sagas/attachment-fixture.ts'

/** An attachment whose upload was scanned, and whose saga completed or compensated. */
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

/** The numbers of the broken invariants of sagas and attachments. */
async function broken({ store, runtime, objects }: AttachmentCase): Promise<number[]> {
  const evidence = await gatherEvidence(store, runtime.now(), [], [], await storedObjects(objects))
  const sagaInvariants = [14, 15, 16, 17, 18, 20, 21]
  const found = checkInvariants(evidence).filter(({ violations }) => violations.length > 0)
  return found.flatMap(({ invariant: { number } }) => (sagaInvariants.includes(number) ? [number] : []))
}

async function change({ store }: AttachmentCase, table: 'StepKeys' | 'Sagas', sk: string, changes: Row) {
  const row = (await allRows(store, table)).find((stored) => stored.sk === sk)
  if (!row) throw new Error(`${table} has no row ${sk}`)
  await store.write({ kind: 'put', table, row: { ...row, ...changes } as Row & { pk: string } })
}

describe('the check of a saga with two forms', () => {
  it('finds no violation when the form with a scan completes or compensates', async () => {
    expect(await broken(await scanned('completed'))).toEqual([])
    expect(await broken(await scanned('compensated'))).toEqual([])
  })

  it('checks a saga against the steps of its own form', async () => {
    const completed = await scanned('completed')
    await change(completed, 'StepKeys', 'STEP#scan', { state: 'intent' })
    expect(await broken(completed)).toEqual([15])
    const compensated = await scanned('compensated')
    await change(compensated, 'StepKeys', 'STEP#scan', { state: 'intent' })
    expect(await broken(compensated)).toEqual([15, 16, 17])
  })

  it('reports an undo of the scan that is missing from the order', async () => {
    const compensated = await scanned('compensated')
    const saga = (await allRows(compensated.store, 'Sagas')).find(({ sk }) => sk === 'SAGA') ?? {}
    const slots = Object.entries(saga).filter(([name]) => name.startsWith('t_'))
    const [undone] = slots.filter(([, slot]) => {
      const { step, action } = slot as { step: string; action: string }
      return step === 'scan' && action === 'undo'
    })
    const [name = '', attempt] = undone ?? []
    await change(compensated, 'Sagas', 'SAGA', { [name]: { ...(attempt as object), step: 'inspect' } })
    expect(await broken(compensated)).toContain(18)
  })
})
