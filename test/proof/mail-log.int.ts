import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readMails } from '../../proof/check/mail-log.ts'

let server: Server
let status = 200
let body = ''
const edgeUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

beforeEach(async () => {
  server = createServer((_request, response) => {
    if (status === 0) return void response.socket?.destroy()
    response.writeHead(status).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(() => {
  server.close()
})

const sound = {
  to: ['ann@example.com'],
  headers: { 'x-steadfast-id': 'saga-1' },
  acceptedAt: '2026-03-01T12:00:00.000Z',
}

describe('the mails that a target has sent', () => {
  it('are those in its mail sink that a saga sent', async () => {
    status = 200
    body = JSON.stringify({ messages: [sound, { to: ['ann@example.com'], headers: {} }] })
    expect(await readMails(edgeUrl())).toEqual([
      { steadfastId: 'saga-1', to: ['ann@example.com'], acceptedAt: sound.acceptedAt },
    ])
  })

  it('are not known where there is no mail sink', async () => {
    expect(await readMails(undefined)).toBeUndefined()
    status = 404
    body = 'NoSuchBucket'
    expect(await readMails(edgeUrl())).toBeUndefined()
  })

  it.each([
    { what: 'does not answer', answer: 0, text: '', why: /^no answer from / },
    { what: 'fails', answer: 500, text: 'out of memory', why: / answered 500: / },
    { what: 'is busy', answer: 503, text: '', why: / answered 503: / },
    { what: 'answers with what is no log', answer: 200, text: '<html>', why: / is not a log of mails: / },
    {
      what: 'has a mail that can not be read',
      answer: 200,
      text: JSON.stringify({ messages: [sound, { ...sound, to: 'ann@example.com' }] }),
      why: / is not a log of mails: .*messages\.1\.to/,
    },
  ])('are not taken to be unknown when the mail sink $what', async ({ answer, text, why }) => {
    status = answer
    body = text
    await expect(readMails(edgeUrl())).rejects.toThrow(why)
  })
})
