import { describe, expect, it } from 'vitest'
import type { Arrow } from '../../scenarios/runner/picture/arrows.ts'
import { sequenceOf } from '../../scenarios/runner/picture/sequence-diagram.ts'
import { mermaidErrors } from './mermaid.ts'

const arrow = (from: string, to: string, what: string, more: Partial<Arrow> = {}): Arrow => ({
  ...{ from, to, what, outcome: '', times: 1 },
  ...more,
})

describe('the sequence diagram', () => {
  it('lists who takes part in the order of the flow, people first, whoever acts first', () => {
    const picture = [
      arrow('DynamoDB', 'relay', 'the stream brings events', { struck: 'held' }),
      arrow('carla', 'API', 'POST /tickets', { outcome: '201', times: 2 }),
    ]
    expect(sequenceOf([{ picture }]).split('\n')).toEqual([
      'sequenceDiagram',
      '  participant p1 as carla',
      '  participant p2 as API',
      '  participant p3 as DynamoDB',
      '  participant p4 as relay',
      '  note over p1,p4: step 1',
      '  p3-xp4: the stream brings events (fault: held)',
      '  p1->>p2: POST /tickets ×2 (201)',
    ])
  })

  it('crosses out what did not come about', () => {
    const heads = (more: Partial<Arrow>) =>
      sequenceOf([{ picture: [arrow('carla', 'API', 'GET /', more)] }]).includes('-x')
    expect(['404', '503', 'no answer', 'refused'].map((outcome) => heads({ outcome }))).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect(['', '201', '409 ×1, 200 ×1', 'refused ×2, done ×1'].map((outcome) => heads({ outcome }))).toEqual(
      Array(4).fill(false),
    )
  })

  it('is valid whatever is told', () => {
    const nasty = arrow('carla; end', 'API # none', 'POST /x;\nend: "a" <b> {c} → 50 % ->> p1')
    expect(mermaidErrors(sequenceOf([{ picture: [nasty] }, { picture: [] }]))).toEqual([])
  })
})

describe('the grammar that pages are held to', () => {
  it.each([
    ['sequence', 'must begin with sequenceDiagram'],
    ['sequenceDiagram\n  p1->>p2: hello', 'nobody is called p1'],
    ['sequenceDiagram\n  participant p1 as a\n  p1=>>p1: x', 'can not be read'],
    ['sequenceDiagram\n  participant p1 as a\n  p1->>p1: x; y', 'can not be read'],
    ['sequenceDiagram\n  participant p1 as a\n  p1->>p1:', 'can not be read'],
    ['sequenceDiagram\n  participant p1 as a\n  participant p1 as b', 'twice'],
  ])('%j is none', (text, why) => {
    expect(mermaidErrors(text).join()).toContain(why)
  })
})
