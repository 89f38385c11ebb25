import { describe, expect, it } from 'vitest'
import { ResourceId, TenantId, UserId, WebhookName } from '../../domain/ids.ts'

const schemas = [
  ['tenant', TenantId],
  ['user', UserId],
  ['resource', ResourceId],
  ['webhook', WebhookName],
] as const

describe.each(schemas)('the id of a %s', (_, schema) => {
  it.each(['', '#', 'a#b', 'a/b', 'a\\b', 'a b', 'a\0b', 'a\nb', '-a', 'ä', 'x'.repeat(129)])(
    'cannot be %j, which could end or forge a part of a key',
    (id) => {
      expect(schema.safeParse(id).success).toBe(false)
    },
  )

  it('can be a UUID', () => {
    expect(schema.safeParse('3f2504e0-4f89-41d3-9a0c-0305e82c3301').success).toBe(true)
  })
})

describe('the id of a user', () => {
  it.each(['auth0|123', 'carla@example.com', 'google-oauth2|1', 'a+b=c:d'])(
    'can be the subject of a token: %s',
    (id) => {
      expect(UserId.safeParse(id).success).toBe(true)
    },
  )
})
