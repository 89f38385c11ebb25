import { describe, expect, it } from 'vitest'
import { maySee, systemActor } from '../../domain/actor.ts'
import { UserId } from '../../domain/ids.ts'
import { ada, agnes, carl, carla, ticket } from './given.ts'

describe('a ticket', () => {
  it.each([
    ['its requester', carla, true],
    ['another customer', carl, false],
    ['an agent', agnes, true],
    ['an admin', ada, true],
    ['the system', systemActor, true],
  ])('is seen by %s: %s', (_, actor, expected) => {
    expect(maySee(actor, ticket({ requester: 'carla' }))).toBe(expected)
  })
})

describe('the id of the system', () => {
  it('is a valid user id of events', () => {
    expect(UserId.safeParse(systemActor.id).success).toBe(true)
  })
})
