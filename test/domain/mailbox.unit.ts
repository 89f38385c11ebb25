import { describe, expect, it } from 'vitest'
import { isMailbox } from '../../domain/mailbox.ts'

describe('a mailbox', () => {
  it.each([
    'a@b',
    'carla@example.com',
    "o'neil+tickets=1@mail.example-host.co.uk",
    'A.B@EXAMPLE.COM',
    `${'l'.repeat(64)}@example.com`,
    `a@${'d'.repeat(63)}.com`,
    'a@xn--bcher-kva.example',
    'a@1.example',
  ])('may be %s', (address) => {
    expect(isMailbox(address)).toBe(true)
  })

  it.each([
    `${'l'.repeat(65)}@example.com`,
    `a@${'d'.repeat(64)}.com`,
    'a@b-.com',
    'a@-b.com',
    'a@b..com',
    'a@b.',
    'a@.b',
    'a@b_c.com',
    '.a@b.com',
    'a.@b.com',
    'a..b@b.com',
    '"a b"@b.com',
    'a@[127.0.0.1]',
    'a@b\n',
    'ä@b.com',
    'a@bücher.example',
    'a@b@c',
    '',
  ])('is not %j', (address) => {
    expect(isMailbox(address)).toBe(false)
  })

  it('is judged in a time that does not grow with tricks', () => {
    expect(isMailbox(`${'a.'.repeat(50_000)}@`)).toBe(false)
    expect(isMailbox(`a@${'a-'.repeat(50_000)}`)).toBe(false)
  })
})
