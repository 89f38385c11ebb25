import { randomUUID } from 'node:crypto'
import type { DoubleClick } from '../../console/wire.ts'
import { fetchWhole } from '../fetch-whole.ts'

/** What people try first: opens one ticket by several equal requests at once, under one fresh Idempotency-Key. `token` is a customer's. */
export async function doubleClick(apiUrl: string, token: string, copies: number): Promise<DoubleClick> {
  const key = `console-${randomUUID().slice(0, 8)}`
  const request = {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ title: `Sent ${copies} times (${key})`, body: 'Sent several times, opened once.' }),
  }
  const responses = await Promise.all(Array.from({ length: copies }, () => fetchWhole(`${apiUrl}/tickets`, request)))
  const bodies = await Promise.all(responses.map((response) => response.text()))
  const answers = responses.map(({ status, headers }) => ({
    status,
    replayed: headers.get('idempotent-replayed') === 'true',
  }))
  const successes = bodies.filter((_, at) => responses[at]?.ok)
  return { key, answers, isSameBytes: new Set(successes).size <= 1 }
}
