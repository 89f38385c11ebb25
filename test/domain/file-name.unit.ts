import { describe, expect, it } from 'vitest'
import { FileName } from '../../domain/file-name.ts'

const messages = (name: string) => FileName.safeParse(name).error?.issues.map(({ message }) => message) ?? []

describe('a file name', () => {
  it.each([
    'fire.png',
    'Größe – Übersicht (2).pdf',
    'תמונה.png',
    '写真.jpeg',
    '👩‍👩‍👧.png',
    'no extension',
    'a..b',
    'console.txt',
    'x'.repeat(255),
  ])('may be %s', (name) => {
    expect(FileName.parse(name)).toBe(name)
  })

  it.each([
    ['', 'must not be empty'],
    ['../fire.png', 'must not contain path separators'],
    ['a\\b.png', 'must not contain path separators'],
    ['a\uff0fb.png', 'must not contain path separators'],
    ['a\uff3cb.png', 'must not contain path separators'],
    ['a\nb.png', 'must not contain control characters'],
    ['a\0b.png', 'must not contain control characters'],
    ['a\u2028b.png', 'must not contain control characters'],
    ['gnp.\u202eexe', 'must not contain invisible or text-direction characters'],
    ['a\u200bb.png', 'must not contain invisible or text-direction characters'],
    ['a:b.png', 'must not contain any of < > : " | ? *'],
    ['a?.png', 'must not contain any of < > : " | ? *'],
    ['NUL', 'must not be a reserved device name'],
    ['com1.txt', 'must not be a reserved device name'],
    ['lpt\u00b9.txt', 'must not be a reserved device name'],
    ['.htaccess', 'must not begin with a dot or a space'],
    [' fire.png', 'must not begin with a dot or a space'],
    ['fire.', 'must not end with a dot or a space'],
    ['fire ', 'must not end with a dot or a space'],
    ['a\ud83d.png', 'must not contain unpaired surrogates'],
    ['ä'.repeat(128), 'must have at most 255 bytes in UTF-8'],
  ])('must not be %j: %s', (name, message) => {
    expect(messages(name)).toContain(message)
  })
})
