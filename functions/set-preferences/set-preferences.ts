import * as z from 'zod'
import { everyRole } from '../../app/http/endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { toUserResource, UserResource } from '../../app/http/user-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/change-preferences.ts'
import { Channels } from '../../domain/user.ts'
import { userRow } from '../../tables/users.ts'

/** Sets the channels by which the caller is notified. The request replaces all of them. */
export const setPreferences = writeEndpoint('set-preferences', {
  summary: "Set the caller's notification channels",
  roles: everyRole,
  body: z.strictObject({ channels: Channels }),
  aggregate: (_, { id }) => ({ type: 'user', id }),
  reads: (tenant, _, { id }) => ({ user: userRow(tenant, id) }),
  decide: domain.changePreferences,
  respond: (user) => jsonResponse(toUserResource(user), { version: user.version }),
  success: { status: 200, schema: UserResource },
})
