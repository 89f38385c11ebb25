import { describe, expect, it } from 'vitest'
import { canBeAssigned, Email, normalizeEmail, Role, userStatuses } from '../../domain/user.ts'
import { user } from './given.ts'

describe('a user who can be assigned', () => {
  it.each(userStatuses.flatMap((status) => Role.options.map((role) => [status, role] as const)))(
    'is active, and an agent or admin: decided for %s %s',
    (status, role) => {
      expect(canBeAssigned(user({ status, role }))).toBe(status === 'active' && role !== 'customer')
    },
  )
})

describe('an e-mail address', () => {
  it('is compared case-insensitively', () => {
    expect(normalizeEmail('Agnes@Example.COM')).toBe(normalizeEmail('agnes@example.com'))
  })

  it.each(['', 'agnes', 'agnes@', '@example.com', 'a b@example.com', 'a@b@example.com', `${'a'.repeat(250)}@x.de`])(
    'is not %o',
    (address) => {
      expect(Email.safeParse(address).success).toBe(false)
    },
  )
})
