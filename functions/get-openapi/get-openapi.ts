import { json } from '../http/answer.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { endpoints } from './endpoints.ts'
import { openApiDocument } from './openapi-document.ts'

/** The API's description, made of the schemas that validate. Needs no token: it holds nothing of any tenant. */
export const getOpenapi: Endpoint = {
  operation: 'GET /openapi.json',
  summary: 'Describes this API: OpenAPI 3.1',
  roles: 'anyone',
  success: { status: 200 },
  async handle() {
    document ??= JSON.stringify(openApiDocument([...endpoints, getOpenapi]))
    return { ...json({}), body: document }
  },
}

/** Made once per environment: the schemas do not change while it lives. */
let document: string | undefined
