import { describe, expect, it } from 'vitest'
import { emptyState } from '../../console/live/state.ts'
import { arrowCount, nodeCount, replayCount } from '../../console/overview/flow-counts.ts'
import { layoutFlow } from '../../console/overview/flow-layout.ts'
import { flowSummary } from '../../console/overview/flow-summary.ts'
import type { Depths, Topology } from '../../console/wire.ts'

const topology: Topology = {
  subscribers: [
    { queue: 'start-saga', consumer: 'start-saga' },
    { queue: 'project-views', consumer: 'project-views' },
  ],
  sagas: ['notification', 'webhook', 'attachment'],
}
const depths: Depths = {
  outbox: 2,
  queues: [
    { queue: 'start-saga', waiting: 1, inFlight: 3, dead: 0 },
    { queue: 'project-views', waiting: 0, inFlight: 0, dead: 1 },
  ],
  liveSagas: 1,
}

describe.each(['across', 'down'] as const)('the picture of the flow, %s', (direction) => {
  const { nodes, edges, width, height } = layoutFlow(topology, direction)

  it('has every queue, consumer and saga that is deployed', () => {
    expect(nodes.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['queue project-views', 'consumer project-views', 'saga attachment', 'mail', 'webhooks']),
    )
    expect(edges.map(({ id }) => id)).toContain('consumer start-saga > saga webhook')
    expect(edges.map(({ id }) => id)).not.toContain('consumer project-views > saga webhook')
  })

  it('keeps everything apart and within its frame', () => {
    for (const [at, a] of nodes.entries()) {
      expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height, a.id).toBe(true)
      for (const b of nodes.slice(at + 1)) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
        expect(apart, `${a.id} and ${b.id}`).toBe(true)
      }
    }
  })
})

it('is no wider than a phone when it goes down', () => {
  expect(layoutFlow({ ...topology, subscribers: Array(4).fill(topology.subscribers[0]) }, 'down').width).toBeLessThan(
    400,
  )
})

describe('the counts on it', () => {
  const totals = {
    'request committed': 1_200,
    'request replayed': 3,
    'request refused': 1,
    'queue start-saga delivered': 5,
    'queue start-saga returned': 2,
    'saga notification began': 4,
    'saga notification completed': 2,
    'saga notification compensated': 1,
    mail: 2,
  }
  const state = { ...emptyState, totals, depths }

  it.each([
    ['client > api', '1,204'],
    ['api > transaction', '1,200'],
    ['queue start-saga > consumer start-saga', '7'],
    ['consumer start-saga > saga notification', '4'],
    ['saga notification > mail', '2'],
    ['outbox > queue start-saga', ''],
  ])('of the arrow %s is %j', (id, text) => {
    expect(arrowCount(id, state).text).toBe(text)
  })

  it.each([
    ['outbox', { text: '2 waiting', tone: 'waiting' }],
    ['queue start-saga', { text: '4', tone: 'waiting' }],
    ['queue project-views', { text: '0', tone: 'problem' }],
    ['consumer start-saga', { text: '2 came back', tone: 'waiting' }],
    ['consumer project-views', { text: '1 dead', tone: 'problem' }],
    ['saga notification', { text: '1 running · 1 undone', tone: 'waiting' }],
    ['mail', undefined],
  ])('of %s is %j', (id, count) => {
    expect(nodeCount(id, state)).toEqual(count)
  })

  it('say how many duplicates met the first answer', () => {
    expect(replayCount(state).text).toBe('3 replayed')
    expect(replayCount(emptyState).text).toBe('')
  })

  it('move with what passes: a bead for one, a stream for many', () => {
    const motionOf = (streak: number) =>
      arrowCount('saga notification > mail', { ...state, growing: { mail: streak } }).motion
    expect([0, 1, 2, 3, 9].map(motionOf)).toEqual(['none', 'one', 'one', 'many', 'many'])
  })

  it('are one sentence for who does not see the picture', () => {
    expect(flowSummary(state)).toBe(
      'The flow of requests: 1204 requests, 1200 committed, 3 replayed; 2 events in the outbox, 4 messages in queues; 1 sagas under way, 2 mails sent.',
    )
  })
})
