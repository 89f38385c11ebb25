import { admins } from '../../app/http/endpoint.ts'
import { userParams } from '../../app/http/path-params.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { toUserResource, UserResource } from '../../app/http/user-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/lift-mail-suppression.ts'
import { userRow } from '../../tables/users.ts'

/** Lets mail be sent to a user's address again. Lifting a suppression that is not there changes nothing. */
export const liftMailSuppression = writeEndpoint('lift-mail-suppression', {
  summary: "Send mail to a user's address again, after a bounce or a complaint",
  roles: admins,
  params: userParams,
  aggregate: ({ userId }) => ({ type: 'user', id: userId }),
  reads: (tenant, { userId }) => ({ user: userRow(tenant, userId) }),
  decide: domain.liftMailSuppression,
  respond: (user) => jsonResponse(toUserResource(user), { version: user.version }),
  success: { status: 200, schema: UserResource },
})
