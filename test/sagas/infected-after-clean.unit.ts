import { describe, expect, it } from 'vitest'
import { AttachmentCase, png, promiseOf } from './attachment-fixture.ts'

const infected = { verdict: 'infected', threat: 'Late' } as const
const clean = { verdict: 'clean' } as const

/** A file that was scanned, found clean, and is part of its ticket; with the ETag of its bytes. */
async function readyFile() {
  const file = await new AttachmentCase({ isScanned: true }).request(promiseOf(png))
  const uploading = await file.start()
  file.put(png)
  await file.outcome()
  const scanning = await uploading.resume()
  const { etag = '' } = (await file.objects.head(file.key)) ?? {}
  await file.scanned(clean)
  await scanning.resume()
  expect(await file.get()).toMatchObject({ state: 'ready', downloadUrl: expect.any(String) })
  return { file, etag }
}

describe('a file in which malware is found after a clean verdict made it ready', () => {
  it('is no longer handed out: it reads as rejected, with the threat and without a download URL', async () => {
    const { file, etag } = await readyFile()
    expect(await file.scannedAs({ key: file.key, etag, verdict: infected })).toBe('contradicted')
    const shown = await file.get()
    expect(shown).toMatchObject({ state: 'rejected', reason: 'the file is infected: Late' })
    expect(shown).not.toHaveProperty('downloadUrl')
  })

  it('stays so whatever is said later, and however often', async () => {
    const { file, etag } = await readyFile()
    for (const verdict of [infected, clean, infected, { verdict: 'unscannable', why: 'the scan failed' } as const])
      await file.scannedAs({ key: file.key, etag, verdict })
    expect(await file.get()).toMatchObject({ state: 'rejected', reason: 'the file is infected: Late' })
  })
})

describe('a ready file', () => {
  it('is handed out after verdicts that find nothing, and stays as it was stored', async () => {
    const { file, etag } = await readyFile()
    const before = await file.storedRow()
    for (const verdict of [clean, { verdict: 'unscannable', why: 'the scan failed' } as const])
      await file.scannedAs({ key: file.key, etag, verdict })
    expect(await file.storedRow()).toEqual(before)
    expect(await file.get()).toHaveProperty('downloadUrl')
  })

  it('is handed out after malware was found in other bytes', async () => {
    const { file } = await readyFile()
    await file.scannedAs({ key: file.key, etag: 'f'.repeat(32), verdict: infected })
    expect(await file.get()).toMatchObject({ state: 'ready', downloadUrl: expect.any(String) })
  })
})
