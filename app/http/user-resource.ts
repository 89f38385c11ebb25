import * as z from 'zod'
import { Channels, defaultChannels, User } from '../../domain/user.ts'

const { id, role, status, name, email, mailSuppressed, version, createdAt, updatedAt } = User.shape

/** A user as callers see it: `name` and `email` are null where none is known. */
export const UserResource = z
  .strictObject({
    id,
    role,
    status,
    name: name.unwrap().nullable(),
    email: email.unwrap().nullable(),
    mailSuppressed: mailSuppressed
      .unwrap()
      .nullable()
      .meta({ description: 'Why and since when nothing is sent to the address; null while mail is sent.' }),
    channels: Channels,
    version,
    createdAt,
    updatedAt,
  })
  .meta({ id: 'User', description: "A person of the tenant; `id` is the token's `sub`." })

export function userResource(user: User): z.infer<typeof UserResource> {
  const { id, role, status, name = null, email = null, version, createdAt, updatedAt } = user
  const { mailSuppressed = null, channels = defaultChannels } = user
  return { id, role, status, name, email, mailSuppressed, channels, version, createdAt, updatedAt }
}
