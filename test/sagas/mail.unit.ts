import { describe, expect, it } from 'vitest'
import type { Mail } from '../../gateways/mail.ts'
import { MemoryMailer } from '../../gateways/mail-memory.ts'
import { isAddress, mimeMessage } from '../../gateways/mime-message.ts'
import { parseMessage, readParts } from '../../localstack/embedded/mail/mime.ts'
import { mailText } from '../../sagas/notification/mail-text.ts'

const mail: Mail = {
  id: 'a1b2',
  tenant: 'acme',
  from: 'support@steadfast.example',
  to: 'ann@example.com',
  subject: 'My printer is on fire',
  text: 'Hello\nworld',
  correlationId: 'C1',
}

/** What another reader makes of it. */
function read(changes: Partial<Mail>) {
  const raw = mimeMessage({ ...mail, ...changes })
  return { raw, headers: parseMessage(raw).headers, text: readParts(raw).text }
}

describe('a mail as it travels', () => {
  it('tells its id and whose request it comes from, and is read as it was written', () => {
    const { headers, text } = read({})
    expect(headers).toMatchObject({
      from: mail.from,
      to: mail.to,
      subject: mail.subject,
      'x-steadfast-id': 'a1b2',
      'x-steadfast-tenant': 'acme',
      'x-correlation-id': 'C1',
      'auto-submitted': 'auto-generated',
    })
    expect(text?.replaceAll('\r\n', '\n')).toBe(mail.text)
  })

  it.each([
    ['a line break and a header', 'Hi\r\nBcc: all@example.com\r\n\r\nbody'],
    ['emoji, right-to-left marks and combining characters', '🔥🔥🔥 \u202Eevil e\u0301 '.repeat(10)],
    ['what looks encoded', '=?UTF-8?B?QmNjOg==?='],
    ['200 characters of one script', '火'.repeat(200)],
    ['nothing but spaces', '   '],
    ['a tab and a NUL', 'a\tb\0c'],
  ])('can not be broken out of by a subject with %s', (_, subject) => {
    const { raw, headers } = read({ subject })
    expect(headers.bcc).toBeUndefined()
    expect(headers.subject).toBe(subject)
    for (const line of raw.split('\r\n')) {
      expect(line.length).toBeLessThanOrEqual(76)
      expect(line).toMatch(/^[\x20-\x7e]*$/)
    }
  })

  it('keeps any text', () => {
    const text = `.\r\nFrom me\n\n--boundary\n${'long '.repeat(500)}\n🔥`
    expect(read({ text }).text?.replaceAll('\r\n', '\n')).toBe(text.replaceAll('\r\n', '\n'))
  })

  it('is not made for an address or id that could add headers or recipients', () => {
    const hostile = ['a@b\r\nBcc: c@d', 'a@b,c@d', '<a@b>', 'a@b c', 'no-at', 'a@', '@b', 'Ann <a@b>', 'ä@b', 'a;b@c']
    for (const to of hostile) {
      expect(isAddress(to), to).toBe(false)
      expect(() => mimeMessage({ ...mail, to }), to).toThrow(/address/)
    }
    expect(() => mimeMessage({ ...mail, id: 'a\r\nb' })).toThrow(/id/)
  })
})

describe('the text of a mail', () => {
  it('puts a title of several lines into one line of subject', () => {
    const { subject } = mailText('ticket.opened', { id: 'T1', title: 'a\r\n b\u2028c' })
    expect(subject).toBe('[T1] a b c')
  })

  it('has words also for an event that a later version brings', () => {
    expect(mailText('ticket.sung', { id: 'T1', title: 't' }).text).toContain('Something has happened.')
  })
})

describe('the twin of the mail service', () => {
  it('refuses addresses under bounce.example.com, and no others', async () => {
    const mailer = new MemoryMailer()
    const refused = ['a@bounce.example.com', 'a@BOUNCE.example.com', 'a@x.bounce.example.com']
    for (const to of refused) expect(await mailer.send({ ...mail, to })).toMatchObject({ status: 'refused' })
    for (const to of ['a@example.com', 'bounce.example.com@example.com', 'a@notbounce.example.com'])
      expect(await mailer.send({ ...mail, to })).toEqual({ status: 'accepted' })
    expect(mailer.sent.length).toBe(3)
  })
})
