import * as z from 'zod'
import { admins } from '../../app/http/endpoint.ts'
import { HoldResource } from '../../app/http/hold-resource.ts'
import { holdParams } from '../../app/http/path-params.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/put-hold.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import { Reason } from '../../domain/text.ts'
import { holdsRow, settingsRow } from '../../tables/settings.ts'

/** Holds a dependency of the tenant's sagas. A step that is calling it at that moment is not stopped. */
export const putHold = writeEndpoint('put-hold', {
  summary: 'Hold a dependency: sagas that need it wait',
  roles: admins,
  params: holdParams,
  body: z.strictObject({ reason: Reason.optional() }),
  aggregate: () => settingsOfTenant,
  reads: (tenant) => ({ settings: settingsRow(tenant), holds: holdsRow(tenant) }),
  decide: domain.putHold,
  respond({ hold, version, isNew }, { path }) {
    return jsonResponse(hold, { version, ...(isNew && { status: 201, location: path }) })
  },
  success: { status: 200, alsoStatus: 201, schema: HoldResource },
})
