import { admins } from '../../app/http/endpoint.ts'
import { ReleasedHoldResource } from '../../app/http/hold-resource.ts'
import { holdParams } from '../../app/http/path-params.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/release-hold.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import { holdsRow, settingsRow } from '../../tables/settings.ts'

/** Releases a dependency. The sagas that wait for it go on at a bounded rate, once the event is delivered. */
export const releaseHold = writeEndpoint('release-hold', {
  summary: 'Release a held dependency',
  roles: admins,
  params: holdParams,
  aggregate: () => settingsOfTenant,
  reads: (tenant) => ({ settings: settingsRow(tenant), holds: holdsRow(tenant) }),
  decide: domain.releaseHold,
  respond: ({ version, ...released }) => jsonResponse(released, { version }),
  success: { status: 200, schema: ReleasedHoldResource },
})
