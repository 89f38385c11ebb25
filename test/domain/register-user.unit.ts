import { describe, expect, it } from 'vitest'
import { registerUser } from '../../domain/register-user.ts'
import { carla, now } from './given.ts'

describe('registering a user', () => {
  it('creates an active user with the role of the token, and nothing that only an admin may set', () => {
    expect(registerUser(carla, now)).toEqual({
      user: {
        id: 'carla',
        role: 'customer',
        status: 'active',
        origin: 'self',
        version: 1,
        createdAt: now,
        updatedAt: now,
      },
      fact: { type: 'user.registered', data: { role: 'customer' } },
    })
  })
})
