import { PassThrough } from 'node:stream'
import { WriteStream } from 'node:tty'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { createEventFeed } from '../../events/event-feed.ts'
import { type EventLine, eventLine } from '../../events/event-line.ts'
import { formatLine, shortId } from '../../events/format-line.ts'
import { createLiveOutput, type OutputChoice } from '../../events/live-output.ts'
import type { StackEvent } from '../../events/stack-event.ts'

const at = new Date(2026, 0, 2, 3, 4, 5, 6)
const request: StackEvent = {
  kind: 'request',
  method: 'POST',
  path: '/orders',
  status: 201,
  ms: 12.34,
  requestHeaders: { authorization: 'Bearer secret' },
  responseHeaders: { 'x-correlation-id': '1f3a9c2b-0000-4000-8000-000000000000' },
}
const message: StackEvent = {
  kind: 'message',
  queueName: 'orders',
  functionName: 'ship',
  messageId: 'm1',
  body: 'secret',
  outcome: 'delivered',
  ms: 3,
}
const execution: StackEvent = {
  kind: 'execution',
  machineName: 'refund',
  executionName: 'e1',
  status: 'FAILED',
  input: '{}',
  error: 'Broken',
  cause: 'it is',
  ms: 61_000,
}
const failure: StackEvent = {
  kind: 'failure',
  functionName: 'ship',
  requestId: 'r1',
  payload: {},
  ms: 5,
  errorType: 'TypeError',
  errorMessage: 'x is undefined',
}
const mail: StackEvent = {
  kind: 'mail',
  mail: {
    id: 'm1',
    acceptedAt: '',
    source: 'a@b.example',
    to: ['jane@c.example'],
    cc: [],
    bcc: [],
    replyTo: [],
    subject: 'Hello',
    headers: {},
    tags: {},
  },
}

/** A stream that is a terminal, or is not. */
function stream({ isTTY }: { isTTY: boolean }): NodeJS.WriteStream {
  const getColorDepth = () => {
    const { NO_COLOR } = process.env
    return WriteStream.prototype.getColorDepth({ TERM: 'xterm-256color', ...(NO_COLOR && { NO_COLOR }) })
  }
  return Object.assign(new PassThrough(), { isTTY, getColorDepth }) as never
}
const file = stream({ isTTY: false })
const terminal = stream({ isTTY: true })

describe('the line of an event', () => {
  it.each([
    [
      request,
      '03:04:05.006  request    POST /orders                                  201               12 ms  1f3a9c2b',
    ],
    [message, '03:04:05.006  message    orders → ship                                 delivered          3 ms'],
    [
      execution,
      '03:04:05.006  execution  refund                                        failed           61.0 s            Broken: it is',
    ],
    [
      failure,
      '03:04:05.006  failure    ship                                          TypeError          5 ms            x is undefined',
    ],
    [mail, '03:04:05.006  mail       jane@c.example: Hello                         sent'],
  ])('says when, what, how it ended, how long it took and which request led to it: %#', (event, expected) => {
    expect(formatLine(eventLine(event, {}, at), file)).toBe(expected)
  })

  it('says what the app knows of it', () => {
    const known = { correlationId: 'c1', what: 'an order', outcome: '201 again', tone: 'repeat' } as const
    expect(eventLine(request, known, at)).toMatchObject(known)
  })

  it('holds no header and no body', () => {
    expect(JSON.stringify([request, message].map((event) => eventLine(event)))).not.toContain('secret')
  })

  it('is one line that leaves the terminal as it is, whatever is in it', () => {
    const hostile = 'GET /\u001b[2J\r\n\u202eevil\u2028'
    const text = formatLine({ ...eventLine(request), what: hostile }, file)
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u)
    expect(formatLine({ ...eventLine(request), what: 'x'.repeat(5_000) }, file).length).toBeLessThan(250)
  })

  it('is coloured on a terminal, unless NO_COLOR is set', () => {
    vi.stubEnv('FORCE_COLOR', undefined)
    vi.stubEnv('NO_COLOR', undefined)
    expect(formatLine(eventLine(request), terminal)).toContain('\u001b[36mrequest')
    expect(formatLine(eventLine(request), file)).not.toContain('\u001b')
    vi.stubEnv('NO_COLOR', '1')
    expect(formatLine(eventLine(request), terminal)).not.toContain('\u001b')
  })

  it('shortens ids that were drawn in a path too', () => {
    const path = '/orders/1f3a9c2b-0000-4000-8000-000000000000/lines'
    expect(formatLine(eventLine({ ...request, path }), file)).toContain('POST /orders/1f3a9c2b…/lines ')
  })

  it('shortens ids that were drawn, and keeps those that someone chose', () => {
    expect(shortId('1f3a9c2b-0000-4000-8000-000000000000')).toBe('1f3a9c2b')
    expect(shortId('checkout-17')).toBe('checkout-17')
  })
})

describe('what a command prints', () => {
  const ordinary = eventLine(request)
  const problem: EventLine = eventLine(failure)

  function printed(choice: OutputChoice, out = terminal) {
    const lines: string[] = []
    const notes: string[] = []
    const streams = {
      out,
      print: (line: string) => void lines.push(line),
      note: (line: string) => void notes.push(line),
    }
    const output = createLiveOutput(choice, { ...streams, step: (what) => void notes.push(what) })
    return { output, lines, notes }
  }
  function run(choice: OutputChoice, out?: NodeJS.WriteStream) {
    const { output, lines, notes } = printed(choice, out)
    output.step('Starting')
    output.log.info('by the way')
    output.log.warn('broken')
    output.ready('Ready at http://there', { url: 'http://there' })
    for (const line of [ordinary, problem]) output.onEvent?.(line)
    return { notes, lines: lines.map((line) => stripVTControlCharacters(line).replace(/^\S+ {2}(\w+).*/, '$1')) }
  }

  it('is every event on a terminal, and none elsewhere unless asked for', () => {
    const notes = ['Starting', 'by the way', '! broken']
    expect(run({})).toEqual({ notes, lines: ['Ready at http://there', 'request', 'failure'] })
    expect(run({}, file)).toEqual({ notes, lines: ['Ready at http://there'] })
    expect(run({ events: true }, file)).toEqual({ notes, lines: ['Ready at http://there', 'request', 'failure'] })
  })

  it('is addresses and problems only with --quiet', () => {
    expect(run({ quiet: true })).toEqual({ notes: ['! broken'], lines: ['Ready at http://there', 'failure'] })
  })

  it('is one JSON object per line with --json, what is ready included', () => {
    const { output, lines } = printed({ json: true }, file)
    output.log.warn('broken')
    output.ready('text for people', { url: 'http://there' })
    output.onEvent?.(ordinary)
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { at: expect.any(String), kind: 'problem', message: 'broken' },
      { at: expect.any(String), kind: 'ready', url: 'http://there' },
      ordinary,
    ])
  })

  it('leaves out what unseen work leads to, also later, and nothing else', async () => {
    const { output, lines } = printed({ events: true }, file)
    await output.unseen(async () => output.onEvent?.(ordinary))
    output.onEvent?.(ordinary)
    output.onEvent?.({ ...problem, correlationId: ordinary.correlationId ?? '' })
    expect(lines).toEqual([])
    output.onEvent?.({ ...ordinary, correlationId: 'other' })
    expect(lines).toHaveLength(1)
  })
})

describe('the feed of events', () => {
  const { kind: _, ...content } = request as StackEvent & { kind: 'request' }

  function feed() {
    const warnings: string[] = []
    return { warnings, ...createEventFeed([], { info() {}, warn: (message) => void warnings.push(message) }) }
  }

  it('tells whoever listens at the time, and looks at nothing while nobody does', () => {
    const { request, listen } = feed()
    let looked = 0
    const happens = () =>
      request(() => {
        looked++
        return content
      })
    const heard: string[] = []
    happens()
    const leave = listen(({ what }) => void heard.push(what))
    listen(({ what }, event) => void heard.push(`${event.kind} ${what}`))()
    happens()
    leave()
    happens()
    expect([heard, looked]).toEqual([['POST /orders'], 1])
  })

  it('goes on when a listener throws: what tells of an event must not fail what made it', () => {
    const { request, listen, warnings } = feed()
    const heard: string[] = []
    listen(() => {
      throw new Error('no paper')
    })
    listen(({ what }) => void heard.push(what))
    request(() => content)
    expect([heard, warnings]).toEqual([['POST /orders'], [expect.stringContaining('no paper')]])
  })
})
