import { describe, expect, it } from 'vitest'
import { missingEvidence } from '../../proof/check/missing-evidence.ts'

describe('what a check says that it could not judge', () => {
  const none = { attempts: [], mails: undefined, objects: undefined, digests: undefined }
  const attempt = { key: 'k', fingerprint: 'f', status: 201 } as never
  const all = { attempts: [attempt], mails: [], objects: [], digests: { kept: [], lockedDays: 1 }, viewReads: [] }

  it('is nothing where everything was read, also where nothing was found', () => {
    expect(missingEvidence(all)).toEqual([])
  })

  it.each([
    [{ attempts: [] }, /what clients were answered/],
    [{ mails: undefined }, /which mails were sent/],
    [{ objects: undefined }, /files without a row/],
    [{ digests: undefined }, /history is as its digests say/],
    [{ viewReads: undefined }, /31/],
  ])('names what %o leaves out', (missing, said) => {
    expect(missingEvidence({ ...all, ...missing } as never)).toEqual([expect.stringMatching(said)])
  })

  it('is all of it where nothing could be read', () => {
    expect(missingEvidence(none)).toHaveLength(5)
  })
})
