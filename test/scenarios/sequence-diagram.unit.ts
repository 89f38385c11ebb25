import { describe, expect, it } from 'vitest'
import type { Arrow } from '../../scenarios/runner/picture/arrows.ts'
import { formatSequenceDiagram } from '../../scenarios/runner/picture/sequence-diagram.ts'
import { mermaidErrors } from './mermaid.ts'

const arrow = (from: string, to: string, message: string, fields: Partial<Arrow> = {}): Arrow => ({
  from,
  to,
  message,
  outcome: '',
  times: 1,
  ...fields,
})

describe('a sequence diagram', () => {
  it('lists people first, then participants in the order in which a request reaches them', () => {
    const picture = [
      arrow('DynamoDB', 'relay', 'events from the stream', { fault: 'held' }),
      arrow('carla', 'API', 'POST /tickets', { outcome: '201', times: 2 }),
    ]
    expect(formatSequenceDiagram([{ picture }]).split('\n')).toEqual([
      'sequenceDiagram',
      '  participant p1 as carla',
      '  participant p2 as API',
      '  participant p3 as DynamoDB',
      '  participant p4 as relay',
      '  note over p1,p4: step 1',
      '  p3-xp4: events from the stream (fault: held)',
      '  p1->>p2: POST /tickets ×2 (201)',
    ])
  })

  it('crosses out calls that failed', () => {
    const isCrossed = (outcome: string) =>
      formatSequenceDiagram([{ picture: [arrow('carla', 'API', 'GET /', { outcome })] }]).includes('-x')
    expect(['404', '503', 'no answer', 'refused'].map(isCrossed)).toEqual([true, true, true, true])
    expect(['', '201', '409 ×1, 200 ×1', 'refused ×2, done ×1'].map(isCrossed)).toEqual(Array(4).fill(false))
  })

  it('is valid Mermaid whatever the texts contain', () => {
    const nasty = arrow('carla; end', 'API # none', 'POST /x;\nend: "a" <b> {c} → 50 % ->> p1')
    expect(mermaidErrors(formatSequenceDiagram([{ picture: [nasty] }, { picture: [] }]))).toEqual([])
  })
})

describe('the Mermaid grammar of the tests', () => {
  it.each([
    ['sequence', 'must begin with sequenceDiagram'],
    ['sequenceDiagram\n  p1->>p2: hello', 'p1 is not declared'],
    ['sequenceDiagram\n  participant p1 as a\n  p1=>>p1: x', 'invalid line'],
    ['sequenceDiagram\n  participant p1 as a\n  p1->>p1: x; y', 'invalid line'],
    ['sequenceDiagram\n  participant p1 as a\n  p1->>p1:', 'invalid line'],
    ['sequenceDiagram\n  participant p1 as a\n  participant p1 as b', 'declared twice'],
  ])('rejects %j', (text, error) => {
    expect(mermaidErrors(text).join()).toContain(error)
  })
})
