import * as z from 'zod'
import { Channels, defaultChannels, User } from '../../domain/user.ts'

const { id, role, status, name, email, mailSuppressed, version, createdAt, updatedAt } = User.shape

/** A user as the API returns it: `name` and `email` are null when unknown. */
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
      .meta({ description: 'Why, and since when, no mail is sent to the address; null if mail is sent.' }),
    channels: Channels,
    version,
    createdAt,
    updatedAt,
  })
  .meta({ id: 'User', description: "A user of the tenant. `id` is the token's `sub`." })

export function toUserResource(user: User): z.infer<typeof UserResource> {
  const { id, role, status, name = null, email = null, version, createdAt, updatedAt } = user
  const { mailSuppressed = null, channels = defaultChannels } = user
  return { id, role, status, name, email, mailSuppressed, channels, version, createdAt, updatedAt }
}
