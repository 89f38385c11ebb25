import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createEventRing } from '../../localstack/steadfast/console/event-ring.ts'
import { createSeconds } from '../../localstack/steadfast/console/seconds.ts'
import { createViewers } from '../../localstack/steadfast/console/viewers.ts'

const at = '2026-01-02T03:04:05.000Z'
const event = { at, kind: 'request', what: 'POST /tickets', outcome: '201', counter: 'request committed' } as const

/** A browser's end of the stream. `isSlow` takes nothing. */
class Reader extends EventEmitter {
  isSlow = false
  status = 0
  text = ''
  get writableNeedDrain() {
    return this.isSlow
  }
  writeHead(status: number) {
    this.status = status
  }
  write(text: string) {
    this.text += text
  }
  end() {
    this.emit('close')
  }
  destroy() {
    this.emit('close')
  }
  /** The messages since the last look. */
  read() {
    const messages = this.text.split('\n\n').flatMap((text) => {
      const field = (name: string) => text.match(new RegExp(`^${name}: (.*)$`, 'm'))?.[1]
      const name = field('event')
      return name === undefined ? [] : [{ name, id: field('id'), data: JSON.parse(field('data') ?? '') }]
    })
    this.text = ''
    return messages
  }
}

function stream({ capacity = 10, run = 'r1' } = {}) {
  const ring = createEventRing(capacity)
  const source = { run, ...ring }
  const viewers = createViewers()
  const open = (lastEventId?: string) => {
    const reader = new Reader()
    viewers.add(reader as unknown as ServerResponse, source, lastEventId)
    return reader
  }
  const happen = (times: number) => {
    for (let time = 0; time < times; time++) ring.add(event)
  }
  return { viewers, open, happen, flush: () => viewers.flush(source) }
}
const seqs = (data: { events: { seq: number }[] }) => data.events.map(({ seq }) => seq)

describe('the stream of events', () => {
  it('tells each event once, in order, with the totals', () => {
    const { open, happen, flush } = stream()
    const reader = open()
    happen(2)
    flush()
    happen(1)
    flush()
    flush()
    const [first, second, ...more] = reader.read()
    expect([seqs(first?.data), seqs(second?.data), more]).toEqual([[1, 2], [3], []])
    expect(second).toMatchObject({
      name: 'batch',
      id: 'r1.3',
      data: { skipped: 0, totals: { 'request committed': 3 } },
    })
  })

  it('goes on after the event that a reader had last', () => {
    const { open, happen } = stream()
    happen(5)
    const [message, ...more] = open('r1.3').read()
    expect([message?.name, seqs(message?.data), more]).toEqual(['batch', [4, 5], []])
  })

  it.each([
    ['the gap is longer than what is kept', 'r1.3'],
    ['the stack was started again since', 'other.14'],
    ['the position is not one', 'r1.x'],
    ['the position is from the future', 'r1.99'],
  ])('says reset when %s', (_why, lastEventId) => {
    const { open, happen } = stream({ capacity: 10 })
    happen(15)
    const [reset, batch] = open(lastEventId).read()
    expect([reset?.name, batch?.name, seqs(batch?.data).at(-1)]).toEqual(['reset', 'batch', 15])
  })

  it('leaves out detail for a slow reader, and keeps order and totals', () => {
    const { open, happen, flush } = stream({ capacity: 10 })
    const reader = open()
    reader.isSlow = true
    for (let round = 0; round < 20; round++) {
      happen(5)
      flush()
    }
    expect(reader.read()).toEqual([])
    reader.isSlow = false
    flush()
    const [batch, ...more] = reader.read()
    expect(more).toEqual([])
    expect(seqs(batch?.data)).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100])
    expect(batch?.data).toMatchObject({ skipped: 90, totals: { 'request committed': 100 } })
  })

  it('queues nothing for who does not read, and lets go of who never does', () => {
    const { viewers, open, flush } = stream()
    const reader = open()
    reader.isSlow = true
    for (let round = 0; round < 239; round++) flush()
    expect([viewers.count(), reader.text.includes('data')]).toEqual([1, false])
    for (let round = 0; round < 2; round++) flush()
    expect(viewers.count()).toBe(0)
  })

  it('tells a slow reader the newest of what has only one state, and a newcomer, too', () => {
    const { viewers, open, flush } = stream()
    const reader = open()
    reader.isSlow = true
    for (const outbox of [1, 2, 3]) viewers.tell('depths', { outbox, queues: [], liveSagas: 0 })
    reader.isSlow = false
    flush()
    for (const each of [reader, open()]) expect(each.read().map(({ data }) => data.outbox)).toEqual([3])
  })

  it('ends with the stack', () => {
    const { viewers, open } = stream()
    open()
    viewers.stop()
    expect(viewers.count()).toBe(0)
  })

  it('keeps a text with line breaks in its message', () => {
    const ring = createEventRing(2)
    ring.add({ ...event, what: 'a\n\nevent: reset\ndata: {}' })
    const reader = new Reader()
    createViewers().add(reader as unknown as ServerResponse, { run: 'r', ...ring }, undefined)
    expect(reader.read().map(({ name }) => name)).toEqual(['batch'])
  })
})

describe('a second', () => {
  it('has its requests by outcome, and by how long they took', () => {
    const seconds = createSeconds(2)
    for (let ms = 1; ms <= 100; ms++) seconds.add('committed', ms)
    seconds.add('refused', 1_000)
    expect(seconds.close(new Date(at))).toEqual({
      at,
      committed: 100,
      replayed: 0,
      read: 0,
      errors: 1,
      p50Ms: 51,
      p99Ms: 100,
    })
    expect(seconds.close(new Date(at))).toEqual({ at, committed: 0, replayed: 0, read: 0, errors: 0 })
    seconds.close(new Date(at))
    expect(seconds.all()).toHaveLength(2)
  })
})
