import { describe, expect, it } from 'vitest'
import {
  attachmentStates,
  attachmentTransitions,
  FileDeclaration,
  isFinal,
  isUploadOver,
} from '../../domain/attachment.ts'

describe('the transition table of attachments', () => {
  const allowed = new Set([
    'requested → awaiting_upload',
    'requested → rejected',
    'requested → expired',
    'awaiting_upload → inspecting',
    'awaiting_upload → rejected',
    'awaiting_upload → expired',
    'inspecting → ready',
    'inspecting → rejected',
    'ready → removing',
    'removing → removed',
    'removing → ready',
  ])

  it.each(attachmentStates.flatMap((from) => attachmentStates.map((to) => [from, to] as const)))(
    'decides on %s → %s',
    (from, to) => {
      const following: readonly string[] = attachmentTransitions[from]
      expect(following.includes(to)).toBe(allowed.has(`${from} → ${to}`))
    },
  )

  it('ends in removed, rejected and expired', () => {
    expect(attachmentStates.filter(isFinal)).toEqual(['removed', 'rejected', 'expired'])
  })

  it('expects no upload any more from ready on, or when the upload has failed', () => {
    expect(attachmentStates.filter(isUploadOver)).toEqual(['ready', 'removing', 'removed', 'rejected', 'expired'])
  })
})

describe('the declaration of a file', () => {
  const declaration = { fileName: 'fire.png', contentType: 'image/png', sizeBytes: 1, sha256: 'AB'.repeat(32) }

  it('accepts a digest in either case and stores it in lower case', () => {
    expect(FileDeclaration.parse(declaration).sha256).toBe('ab'.repeat(32))
  })

  it.each([
    { sizeBytes: 0 },
    { sizeBytes: 10 * 1024 * 1024 + 1 },
    { sizeBytes: 1.5 },
    { sha256: 'ab'.repeat(31) },
    { sha256: 'xy'.repeat(32) },
    { contentType: 'image/svg+xml' },
    { fileName: '../fire.png' },
    { state: 'ready' },
  ])('refuses %o', (part) => {
    expect(FileDeclaration.safeParse({ ...declaration, ...part }).success).toBe(false)
  })

  it('accepts a file of exactly 10 MiB', () => {
    expect(FileDeclaration.safeParse({ ...declaration, sizeBytes: 10 * 1024 * 1024 }).success).toBe(true)
  })
})
