import * as z from 'zod'
import { UserId } from '../domain/ids.ts'
import { normalizeEmail, User } from '../domain/user.ts'
import { absent } from './condition.ts'
import { aggregateKey, type RowRead, tenantKey } from './keys.ts'
import type { Row, Write } from './store.ts'
import { isNextVersion } from './version.ts'

/**
 * Users, stored in `Tickets`: one row per user (`USER`), and one per e-mail address with its owner (`EMAIL`),
 * which makes the address unique.
 */
const table = 'Tickets'

// Ignores the key attributes of a row. Built once, because Zod compiles a schema at its first parse.
const UserRow = User.strip()

const userKey = (tenant: string, id: string) => ({ pk: aggregateKey(tenant, { type: 'user', id }), sk: 'USER' })
const emailKey = (tenant: string, email: string) => ({
  pk: tenantKey(tenant, 'EMAIL', normalizeEmail(email)),
  sk: 'EMAIL',
})

export const EmailOwner = z.object({ userId: UserId })
export type EmailOwner = z.infer<typeof EmailOwner>

export const userRow = (tenant: string, id: string): RowRead<User> => ({
  table,
  key: userKey(tenant, id),
  parse: parseUser,
})
export const emailRow = (tenant: string, email: string): RowRead<EmailOwner> => ({
  table,
  key: emailKey(tenant, email),
  parse: (row) => EmailOwner.parse(row),
})

/** Throws `ZodError` on a row that is not a user. */
export function parseUser(row: Row): User {
  return UserRow.parse(row)
}

export function putUser(tenant: string, user: User): Write {
  return {
    kind: 'put',
    table,
    row: { ...userKey(tenant, user.id), ...user, tenant },
    when: isNextVersion(user.version),
  }
}

export function putEmail(tenant: string, { email, userId }: { email: string; userId: string }): Write {
  return { kind: 'put', table, row: { ...emailKey(tenant, email), userId, tenant }, when: absent }
}
