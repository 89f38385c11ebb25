import { readMessage } from 'embedded-aws/mail'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ticketEventTypes } from '../../domain/event.ts'
import { isMailbox } from '../../domain/mailbox.ts'
import type { Mail } from '../../gateways/mailer.ts'
import { MemoryMailer } from '../../gateways/mailer-memory.ts'
import { mimeMessage } from '../../gateways/mime-message.ts'
import { mailText } from '../../sagas/notification/mail-text.ts'

const mail: Mail = {
  id: 'a1b2',
  tenant: 'acme',
  from: 'support@steadfast.example',
  to: 'ann@example.com',
  subject: 'My printer is on fire',
  text: 'Hello\nworld',
  correlationId: 'C1',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
}

/** Composes a mail and reads it with an independent parser: the embedded stack's. */
async function composed(changes: Partial<Mail>) {
  const bytes = await mimeMessage({ ...mail, ...changes })
  const raw = bytes.toString()
  return { bytes, raw, ...(await readMessage(raw)) }
}

const headerNames = [
  'x-steadfast-id',
  'x-steadfast-tenant',
  'x-correlation-id',
  'traceparent',
  'auto-submitted',
  'from',
  'to',
  'subject',
  'content-transfer-encoding',
  'mime-version',
  'content-type',
]

describe('the MIME message of a mail', () => {
  it('has the id of its saga, its tenant, its correlation id and its trace in headers, and reads back as written', async () => {
    const { headers, text } = await composed({})
    expect(headers).toMatchObject({
      from: mail.from,
      to: mail.to,
      subject: mail.subject,
      'x-steadfast-id': 'a1b2',
      'x-steadfast-tenant': 'acme',
      'x-correlation-id': 'C1',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      'auto-submitted': 'auto-generated',
      'content-type': 'text/plain; charset=utf-8',
    })
    expect(text?.replaceAll('\r\n', '\n')).toBe(mail.text)
  })

  it('spells its headers as documented', async () => {
    const { raw } = await composed({})
    for (const line of ['X-Steadfast-Id: a1b2', 'X-Steadfast-Tenant: acme', 'X-Correlation-Id: C1'])
      expect(raw.split('\r\n')).toContain(line)
  })

  it('is the same bytes in every attempt, and leaves Message-ID and Date to SES', async () => {
    const [first, second] = [await composed({ subject: '火' }), await composed({ subject: '火' })]
    expect(second.bytes.equals(first.bytes)).toBe(true)
    expect(Object.keys(first.headers).toSorted()).toEqual(headerNames.toSorted())
  })

  it.each([
    ['a line break and a header', 'Hi\r\nBcc: all@example.com\r\n\r\nbody'],
    ['emoji, right-to-left marks and combining characters', '🔥🔥🔥 \u202Eevil e\u0301 '.repeat(10)],
    ['what looks encoded', '=?UTF-8?B?QmNjOg==?='],
    ['200 characters of one script', '火'.repeat(200)],
    ['200 letters without a space', 'x'.repeat(200)],
    ['more than 76 characters of plain words', 'plain words '.repeat(20).trim()],
    ['spaces at both ends', ' a '],
    ['nothing but spaces', '   '],
    ['a tab and a NUL', 'a\tb\0c'],
  ])('reads back unchanged, in short ASCII lines, with a subject that has %s', async (_, subject) => {
    const { raw, headers } = await composed({ subject })
    expect(headers.bcc).toBeUndefined()
    expect(headers.subject).toBe(subject)
    for (const line of raw.split('\r\n')) {
      expect(line.length).toBeLessThanOrEqual(76)
      expect(line).toMatch(/^[\x20-\x7e]*$/)
    }
  })

  it('keeps any subject, text and correlation id, and gains no header from them', async () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 100 })
    const hostile = fc.constantFrom('\r\n', '\n', '\r', 'Bcc: x@example.com', '=?UTF-8?Q?=0A?=', '?=', '\r\n\r\n', ' ')
    const any = fc.oneof(
      text,
      fc.array(fc.oneof(hostile, text), { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
    )
    await fc.assert(
      fc.asyncProperty(any, any, any, async (subject, body, correlationId) => {
        const { raw, headers, text } = await composed({ subject, text: body, correlationId })
        expect(Object.keys(headers).toSorted()).toEqual(headerNames.toSorted())
        expect(headers).toMatchObject({ subject, 'x-correlation-id': correlationId, to: mail.to })
        expect(text).toBe(body.replaceAll(/\r\n|\r|\n/g, '\r\n'))
        expect(raw).toMatch(/^(?:[\x20-\x7e]{0,76}\r\n)*$/)
      }),
      { numRuns: 40 },
    )
  })

  it('keeps any text', async () => {
    const text = `.\r\nFrom me\n\n--boundary\n${'long '.repeat(500)}\n🔥`
    expect((await composed({ text })).text?.replaceAll('\r\n', '\n')).toBe(text.replaceAll('\r\n', '\n'))
  })

  it('is refused for an address or id that could add headers or recipients', async () => {
    const hostile = ['a@b\r\nBcc: c@d', 'a@b,c@d', '<a@b>', 'a@b c', 'no-at', 'a@', '@b', 'Ann <a@b>', 'ä@b', 'a;b@c']
    for (const address of hostile) {
      expect(isMailbox(address), address).toBe(false)
      await expect(mimeMessage({ ...mail, to: address }), address).rejects.toThrow(/address/)
      await expect(mimeMessage({ ...mail, from: address }), address).rejects.toThrow(/address/)
    }
    await expect(mimeMessage({ ...mail, id: 'a\r\nb' })).rejects.toThrow(/id/)
    await expect(mimeMessage({ ...mail, tenant: 'a\r\nBcc: c@d' })).rejects.toThrow(/id/)
  })
})

describe('the text of a mail', () => {
  it('puts a title of several lines on one subject line', () => {
    const { subject } = mailText('ticket.opened', { id: 'T1', title: 'a\r\n b\u2028c' })
    expect(subject).toBe('[T1] a b c')
  })

  it('says something else for each event of a ticket', () => {
    const texts = ticketEventTypes.map((type) => mailText(type, { id: 'T1', title: 't' }).text)
    expect(new Set(texts).size).toBe(ticketEventTypes.length)
  })
})

describe('the in-memory mailer', () => {
  it('refuses addresses under bounce.example.com, and no other', async () => {
    const mailer = new MemoryMailer()
    const refused = ['a@bounce.example.com', 'a@BOUNCE.example.com', 'a@x.bounce.example.com']
    for (const to of refused) expect(await mailer.send({ ...mail, to })).toMatchObject({ status: 'refused' })
    for (const to of ['a@example.com', 'bounce.example.com@example.com', 'a@notbounce.example.com'])
      expect(await mailer.send({ ...mail, to })).toEqual({ status: 'accepted' })
    expect(mailer.sent.length).toBe(3)
  })
})
