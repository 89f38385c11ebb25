import { describe, expect, it } from 'vitest'
import { cleanKey } from '../../sagas/attachment/object-keys.ts'
import { AttachmentCase, png, promiseOf } from './attachment-fixture.ts'
import { expectTakenBack } from './expect-taken-back.ts'

describe('the clean copy of a file', () => {
  /** Runs until the file is copied and the pivot is not committed yet. */
  async function promoted() {
    const file = await new AttachmentCase({ shape: 'steps' }).request(promiseOf(png))
    await file.start()
    file.put(png)
    const saga = { tenant: 'acme', sagaId: file.sagaId, generation: 1 }
    const act = (step: string) => file.task({ action: 'do', steps: [step], ...saga })
    const undo = (step: string) => file.task({ action: 'undo', undo: [step], ...saga })
    const resolvePivot = () =>
      file.task({ action: 'resolve-pivot', undo: [], error: { Error: 'StepRefused' }, ...saga })
    for (const step of ['upload', 'inspect', 'promote']) await act(step)
    return { file, act, undo, resolvePivot, copy: cleanKey(file.ref) }
  }

  it('is kept by the sweeper while its saga runs, and once it is part of its ticket', async () => {
    const { file, act, copy } = await promoted()
    expect(await file.sweepCopies()).toMatchObject({ kept: 1, removed: 0, complete: true })
    for (const step of ['publish', 'clean']) {
      await act(step)
      expect(await file.sweepCopies()).toMatchObject({ kept: 1, removed: 0 })
    }
    expect(file.objects.keys()).toEqual([copy])
    expect((await file.get()).state).toBe('ready')
  })

  it('that arrives after both undos is removed by the sweeper, once its attachment has ended without it', async () => {
    const { file, undo, resolvePivot, copy } = await promoted()
    await resolvePivot()
    for (const step of ['promote', 'inspect', 'upload']) await undo(step)
    file.objects.replace(copy, png)
    expect(await file.sweepCopies()).toMatchObject({ kept: 1, removed: 0 })
    await undo('quota')
    expect(file.objects.keys()).toEqual([copy])
    expect(await file.sweepCopies()).toMatchObject({ removed: 1, complete: true })
    await expectTakenBack(file, 'rejected', /./)
    expect(await file.sweepCopies()).toMatchObject({ kept: 0, removed: 0 })
  })

  it('that belongs to no attachment is reported and not touched', async () => {
    const { file, copy } = await promoted()
    const stray = copy.replace(file.id, '99999999-9999-4999-8999-999999999999')
    file.objects.replace(stray, png)
    file.objects.replace('clean/../x', png)
    expect(await file.sweepCopies()).toMatchObject({ 'unknown-key': 2, removed: 0 })
    expect(file.objects.keys()).toContain(stray)
  })
})
