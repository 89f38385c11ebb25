import * as z from 'zod'
import { Email, PersonName, Role } from '../../domain/user.ts'
import * as domain from '../../domain/users.ts'
import { emailRow, userRow } from '../../tables/tickets.ts'
import { json } from '../http/answer.ts'
import { TokenSubject } from '../http/authenticate.ts'
import { admins } from '../http/endpoint.ts'
import { UserResource, userResource } from '../http/user-resource.ts'
import { write } from '../http/write.ts'

/** Creates a user, or completes one that registered itself by its first write. */
export const createUser = write({
  operation: 'POST /users',
  summary: 'Creates a user',
  roles: admins,
  body: z.strictObject({ id: TokenSubject, role: Role, name: PersonName.optional(), email: Email.optional() }),
  aggregate: ({ id }) => ({ type: 'user', id }),
  reads: (tenant, { id, email }) => ({
    user: userRow(tenant, id),
    ...(email !== undefined && { emailOwner: emailRow(tenant, email) }),
  }),
  decide: domain.createUser,
  answer: (user, { path }) =>
    json(userResource(user), {
      status: 201,
      version: user.version,
      location: `${path}/${encodeURIComponent(user.id)}`,
    }),
  success: { status: 201, schema: UserResource },
})
