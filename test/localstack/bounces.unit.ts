import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Mail } from 'embedded-aws/extension'
import { describe, expect, it } from 'vitest'
import { comeBackHandler } from '../../localstack/steadfast/bounces.ts'

const mail: Mail = {
  id: 'm1',
  acceptedAt: '2026-01-01T00:00:00.000Z',
  source: 'support@example.com',
  to: ['Jane <jane@example.com>'],
  cc: [],
  bcc: [],
  replyTo: [],
  subject: 'Hello',
  headers: { 'x-steadfast-id': 's1' },
  tags: {},
}

async function ask(query: string, { method = 'POST', isError = false } = {}) {
  const told: unknown[] = []
  const handler = comeBackHandler({ list: ({ id }) => (id === mail.id ? [mail] : []) }, async (event) => {
    told.push(event)
    return { status: isError ? 'failed' : 'succeeded' }
  })
  let status = 0
  const response = { writeHead: (code: number) => (status = code), end() {} } as unknown as ServerResponse
  await handler({ method } as IncomingMessage, response, new URL(`http://127.0.0.1/_steadfast/mail/come-back${query}`))
  return { status, messages: told.map((event) => JSON.parse((event as never as SnsEvent).Records[0].Sns.Message)) }
}

interface SnsEvent {
  Records: [{ Sns: { Message: string } }]
}

describe('a bounce or complaint on request', () => {
  it.each([
    [
      '?id=m1',
      {
        eventType: 'Bounce',
        bounce: { bounceType: 'Permanent', bouncedRecipients: [{ emailAddress: 'jane@example.com' }] },
      },
    ],
    [
      '?id=m1&type=complaint',
      { eventType: 'Complaint', complaint: { complainedRecipients: [{ emailAddress: 'jane@example.com' }] } },
    ],
  ])("reaches the app as SES's own notification: %s", async (query, expected) => {
    const { status, messages } = await ask(query)
    expect(status).toBe(202)
    expect(messages).toMatchObject([
      { ...expected, mail: { messageId: 'm1', headers: [{ name: 'x-steadfast-id', value: 's1' }] } },
    ])
  })

  it('needs a POST, an accepted mail, a known type, and an app that handles it', async () => {
    expect(await ask('?id=m2')).toEqual({ status: 404, messages: [] })
    expect(await ask('')).toEqual({ status: 404, messages: [] })
    expect(await ask('?id=m1', { method: 'GET' })).toEqual({ status: 405, messages: [] })
    expect(await ask('?id=m1&type=x')).toEqual({ status: 422, messages: [] })
    expect((await ask('?id=m1', { isError: true })).status).toBe(502)
  })
})
