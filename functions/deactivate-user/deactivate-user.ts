import { admins } from '../../app/http/endpoint.ts'
import { userParams } from '../../app/http/path-params.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { toUserResource, UserResource } from '../../app/http/user-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/deactivate-user.ts'
import { userRow } from '../../tables/users.ts'

/** Deactivates a user, who can then no longer write or be assigned. The consumer `unassign-tickets` unassigns their tickets. */
export const deactivateUser = writeEndpoint('deactivate-user', {
  summary: 'Deactivate a user',
  roles: admins,
  params: userParams,
  aggregate: ({ userId }) => ({ type: 'user', id: userId }),
  reads: (tenant, { userId }) => ({ user: userRow(tenant, userId) }),
  decide: domain.deactivateUser,
  respond: (user) => jsonResponse(toUserResource(user), { version: user.version }),
  success: { status: 200, schema: UserResource },
})
