import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMailSink, type MailSink } from '../../mail/mail-sink.ts'

let folder: string
let sink: MailSink
const open = () =>
  createMailSink({
    dataDir: folder,
    title: 'Test',
    refusedDomain: 'bounce.example.com',
    now: () => new Date('2026-01-01T00:00:00Z'),
  })
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedded-aws-mail-'))
  sink = open()
})
afterEach(() => {
  sink.close()
  rmSync(folder, { recursive: true })
})

const developer = { kind: 'developer' } as const
const call = (operation: string, input: Record<string, unknown>) => sink.service.handle(operation, input, developer)
const email = (to: string[], more: Record<string, unknown> = {}) => ({
  Source: 'Support <support@example.com>',
  Destination: { ToAddresses: to },
  Message: { Subject: { Data: 'Hello' }, Body: { Text: { Data: 'A text' }, Html: { Data: '<b>A text</b>' } } },
  ...more,
})
const raw = (lines: string[], more: Record<string, unknown> = {}) => ({
  RawMessage: { Data: Buffer.from(lines.join('\r\n')).toString('base64') },
  ...more,
})

describe('a mail', () => {
  it('is stored with its id, recipients, texts, headers and tags, across restarts', async () => {
    const answer = await call('SendEmail', email(['ada@example.com'], { Tags: [{ Name: 'tenant', Value: 'acme' }] }))
    sink.close()
    sink = open()
    expect(sink.list()).toEqual([
      {
        id: (answer as { MessageId: string }).MessageId,
        acceptedAt: '2026-01-01T00:00:00.000Z',
        source: 'Support <support@example.com>',
        to: ['ada@example.com'],
        cc: [],
        bcc: [],
        replyTo: [],
        subject: 'Hello',
        text: 'A text',
        html: '<b>A text</b>',
        headers: { from: 'Support <support@example.com>', to: 'ada@example.com', subject: 'Hello' },
        tags: { tenant: 'acme' },
      },
    ])
  })

  it('sent raw keeps all its headers, X-Saga-Id among them, and can be found by it', async () => {
    await call('SendEmail', email(['other@example.com']))
    await call(
      'SendRawEmail',
      raw([
        'From: support@example.com',
        'To: "Doe, Jane" <jane@example.com>,',
        ' joe@example.com',
        'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe_?= =?utf-8?B?8J+Ygg==?=',
        'X-Saga-Id: saga-1',
        'X-SES-MESSAGE-TAGS: tenant=acme, kind=notice',
        'Content-Type: multipart/alternative; boundary="=_b.1"',
        '',
        'preamble',
        '--=_b.1',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'caf=C3=A9 =',
        'au lait',
        '--=_b.1',
        'Content-Type: text/html; charset=utf-8',
        'Content-Transfer-Encoding: base64',
        '',
        Buffer.from('<p>é</p>').toString('base64'),
        '--=_b.1--',
        '',
      ]),
    )
    expect(sink.list({ header: { name: 'X-Saga-Id', value: 'saga-1' } })).toMatchObject([
      {
        to: ['"Doe, Jane" <jane@example.com>', 'joe@example.com'],
        subject: 'Grüße 😂',
        // The parser counts the line break before a boundary to the part.
        text: 'café au lait\n',
        html: '<p>é</p>',
        headers: { 'x-saga-id': 'saga-1' },
        tags: { tenant: 'acme', kind: 'notice' },
      },
    ])
    expect(sink.list({ recipient: 'JANE@example.com' })).toHaveLength(1)
    expect(sink.list({ header: { name: 'X-Saga-Id', value: 'saga-2' } })).toEqual([])
  })

  it('sent twice is stored twice, because SES removes no duplicates either', async () => {
    const ids = [
      await call('SendEmail', email(['ada@example.com'])),
      await call('SendEmail', email(['ada@example.com'])),
    ]
    expect(new Set(ids.map((id) => JSON.stringify(id))).size).toBe(2)
    expect(sink.list()).toHaveLength(2)
  })

  it('can be neither changed nor deleted afterwards', async () => {
    await call('SendEmail', email(['ada@example.com']))
    const db = new DatabaseSync(join(folder, 'mail.db'))
    expect(() => db.exec('DELETE FROM mails')).toThrow(/never go/)
    expect(() => db.exec(`UPDATE mails SET mail = '{}'`)).toThrow(/never change/)
    db.close()
  })
})

describe('a refused mail', () => {
  const bounced = [
    'a@bounce.example.com',
    'A@BOUNCE.Example.com',
    'a@bounce.example.com.',
    'a@sub.bounce.example.com',
    'Jane <a@bounce.example.com>',
    '"x@example.com" <a@bounce.example.com>',
  ]
  for (const address of bounced) {
    it(`is one to ${address}`, async () => {
      await expect(call('SendEmail', email(['ok@example.com', address]))).rejects.toMatchObject({
        code: 'MessageRejected',
        status: 400,
        message: expect.stringContaining('is not verified'),
      })
      expect(sink.list()).toEqual([])
    })
  }

  it('is one with a refused Bcc recipient, raw or not', async () => {
    const destination = { ToAddresses: ['ok@example.com'], BccAddresses: ['a@bounce.example.com'] }
    await expect(call('SendEmail', { ...email([]), Destination: destination })).rejects.toMatchObject({
      code: 'MessageRejected',
    })
    const message = raw(['From: s@example.com', 'To: ok@example.com', 'Bcc: a@bounce.example.com', '', 'x'])
    await expect(call('SendRawEmail', message)).rejects.toMatchObject({ code: 'MessageRejected' })
  })

  it('is one without sender, recipient or subject, or with an invalid address', async () => {
    await expect(call('SendEmail', { ...email(['a@example.com']), Source: undefined })).rejects.toMatchObject({
      code: 'ValidationError',
    })
    await expect(call('SendEmail', { ...email(['a@example.com']), Message: {} })).rejects.toMatchObject({
      code: 'ValidationError',
    })
    await expect(call('SendEmail', email([]))).rejects.toMatchObject({ code: 'InvalidParameterValue' })
    await expect(call('SendEmail', email(['nobody']))).rejects.toMatchObject({ code: 'InvalidParameterValue' })
    await expect(call('SendEmail', email(Array(51).fill('a@example.com')))).rejects.toMatchObject({
      code: 'MessageRejected',
    })
    await expect(call('SendRawEmail', {})).rejects.toMatchObject({ code: 'ValidationError' })
    expect(sink.list()).toEqual([])
  })

  it('is not one to a domain that only looks similar', async () => {
    await call('SendEmail', email(['a@notbounce.example.com', 'bounce.example.com@example.com']))
    expect(sink.list()).toHaveLength(1)
  })

  it('is every operation that the sink does not support', async () => {
    await expect(call('SendTemplatedEmail', {})).rejects.toMatchObject({ status: 501 })
  })
})

describe('the mail page', () => {
  async function get(path: string) {
    const server = createServer((request, response) =>
      sink.serve(request, response, new URL(request.url ?? '/', 'http://127.0.0.1')),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const response = await fetch(`http://127.0.0.1:${port}/_embedded-aws/${path}`)
    const body = await response.text()
    await new Promise((resolve) => server.close(resolve))
    return { response, body }
  }

  it('returns the mails as JSON, all or filtered', async () => {
    await call('SendEmail', email(['ada@example.com']))
    await call('SendEmail', email(['bob@example.com']))
    const all = JSON.parse((await get('mail.json')).body)
    expect(all.messages).toMatchObject([{ to: ['ada@example.com'] }, { to: ['bob@example.com'] }])
    expect(JSON.parse((await get('mail.json?email=bob@example.com')).body).messages).toHaveLength(1)
    expect(JSON.parse((await get('mail.json?limit=1')).body).messages).toMatchObject([{ to: ['bob@example.com'] }])
    expect(JSON.parse((await get(`mail.json?id=${all.messages[0].id}`)).body).messages).toHaveLength(1)
  })

  it('never runs a script of a mail', async () => {
    await call('SendEmail', email(['ada@example.com'], { Tags: [{ Name: '<script>', Value: '"><img>' }] }))
    const { response, body } = await get('mail')
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(body).toContain('Hello')
    expect(body).not.toMatch(/<script>|<img>/)
  })
})
