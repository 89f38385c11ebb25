import * as z from 'zod'
import { User } from '../../domain/user.ts'

const { id, role, status, name, email, version, createdAt, updatedAt } = User.shape

/** A user as callers see it: `name` and `email` are null where none is known. */
export const UserResource = z
  .strictObject({
    id,
    role,
    status,
    name: name.unwrap().nullable(),
    email: email.unwrap().nullable(),
    version,
    createdAt,
    updatedAt,
  })
  .meta({ id: 'User', description: "A person of the tenant; `id` is the token's `sub`." })

export function userResource(user: User): z.infer<typeof UserResource> {
  const { id, role, status, name = null, email = null, version, createdAt, updatedAt } = user
  return { id, role, status, name, email, version, createdAt, updatedAt }
}
