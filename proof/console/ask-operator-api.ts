import type { OperatorAnswer, OperatorRequest } from '../../console/wire-operator.ts'
import { fetchWhole } from '../fetch-whole.ts'

/** Sends one request of the console to the API. `token` is an admin's. */
export async function askOperatorApi(
  apiUrl: string,
  token: string,
  { method, path, key, body }: OperatorRequest,
): Promise<OperatorAnswer> {
  const response = await fetchWhole(`${apiUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
  })
  return {
    status: response.status,
    isReplayed: response.headers.get('idempotent-replayed') === 'true',
    text: await response.text(),
  }
}
