import { route } from '../../app/functions.ts'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import document from './openapi.json' with { type: 'json' }

/**
 * The OpenAPI document. `npm run docs` generates `openapi.json` from the schemas that validate requests, and a test fails when the
 * two differ. It is public, as it contains no tenant's data.
 */
export const getOpenapi: Endpoint = {
  operation: route('get-openapi'),
  summary: 'Get the OpenAPI 3.1 document of this API',
  roles: 'anyone',
  success: { status: 200 },
  async handle() {
    return jsonResponse(document)
  },
}
