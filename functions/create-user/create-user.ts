import * as z from 'zod'
import { json } from '../../app/http/answer.ts'
import { TokenSubject } from '../../app/http/authenticate.ts'
import { admins } from '../../app/http/endpoint.ts'
import { UserResource, userResource } from '../../app/http/user-resource.ts'
import { write } from '../../app/http/write.ts'
import * as domain from '../../domain/create-user.ts'
import { Email, PersonName, Role } from '../../domain/user.ts'
import { emailRow, userRow } from '../../tables/users.ts'

/** Creates a user, or completes one that registered itself by its first write. */
export const createUser = write('create-user', {
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
