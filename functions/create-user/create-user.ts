import * as z from 'zod'
import { TokenSubject } from '../../app/http/authenticate.ts'
import { admins } from '../../app/http/endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { toUserResource, UserResource } from '../../app/http/user-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/create-user.ts'
import { NewEmail, PersonName, Role } from '../../domain/user.ts'
import { emailRow, userRow } from '../../tables/users.ts'

/** Creates a user, or completes a user who was registered by their first write. */
export const createUser = writeEndpoint('create-user', {
  summary: 'Create a user',
  roles: admins,
  body: z.strictObject({ id: TokenSubject, role: Role, name: PersonName.optional(), email: NewEmail.optional() }),
  aggregate: ({ id }) => ({ type: 'user', id }),
  reads: (tenant, { id, email }) => ({
    user: userRow(tenant, id),
    ...(email !== undefined && { emailOwner: emailRow(tenant, email) }),
  }),
  decide: domain.createUser,
  respond: (user, { path }) =>
    jsonResponse(toUserResource(user), {
      status: 201,
      version: user.version,
      location: `${path}/${encodeURIComponent(user.id)}`,
    }),
  success: { status: 201, schema: UserResource },
})
