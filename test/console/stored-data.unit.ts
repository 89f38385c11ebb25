import { describe, expect, it } from 'vitest'
import { judgePromises, type Suspects } from '../../proof/console/judge-promises.ts'
import { toLaneStep } from '../../proof/console/lane-step.ts'
import { withoutSecrets } from '../../proof/console/read-row.ts'
import { exampleRow } from '../../proof/schema/example-row.ts'
import { rowKinds } from '../../proof/schema/kinds.ts'
import { noteOf } from '../../proof/schema/row-kind.ts'

describe('a promise', () => {
  const found = (...problems: string[]) => [
    {
      invariant: { number: 6, promise: 'every event reaches every subscriber', violations: () => [] },
      violations: problems.map((problem) => ({ subject: 'event 1', problem })),
    },
  ]
  /** The light after each reading: at which second, and what it found. */
  function lights(...readings: [seconds: number, ...problems: string[]][]) {
    let suspects: Suspects = new Map()
    return readings.map(([seconds, ...problems]) => {
      const judged = judgePromises(found(...problems), suspects, seconds * 1_000)
      suspects = judged.suspects
      return judged.invariants[0]?.light
    })
  }

  it('is broken only once the same violation has stayed: a reading can see one half of an update', () => {
    expect(lights([0], [2, 'waits'], [4, 'waits'], [8, 'waits'], [10])).toEqual([
      ...['holds', 'suspect', 'suspect', 'broken', 'holds'],
    ])
  })

  it('is not broken by violations that take turns', () => {
    expect(lights([0, 'a'], [4, 'b'], [8, 'a'], [12, 'b'])).toEqual(['suspect', 'suspect', 'suspect', 'suspect'])
  })
})

describe('a row', () => {
  it.each(rowKinds.map((kind) => [kind.name, kind] as const))(
    '%s is shown without its secrets',
    async (_name, kind) => {
      const row = await exampleRow(kind)
      const secrets = Object.keys(row).filter((name) => {
        const note = kind.notes[name] ?? kind.stored[name]
        return note !== undefined && noteOf(note).personal === 'secret'
      })
      const { attributes, hidden, is } = withoutSecrets(kind.table, row)
      expect(hidden).toEqual(secrets.toSorted())
      expect(Object.keys(attributes).toSorted()).toEqual(
        Object.keys(row)
          .filter((name) => !secrets.includes(name))
          .toSorted(),
      )
      expect(is).toBe(kind.is)
    },
  )

  it('of no known kind shows only its key', () => {
    const row = { pk: 'TENANT#t#WHAT#1', sk: 'X', token: 'planted' }
    expect(withoutSecrets('Tickets', row)).toMatchObject({ attributes: { pk: row.pk, sk: 'X' }, hidden: ['token'] })
  })
})

describe('a step of a request', () => {
  const at = '2026-01-02T03:04:05.000Z'
  const aggregate = { type: 'ticket', id: 't1' }

  it.each([
    ['steadfast-local-create-ticket', 'request succeeded', { replayed: true }, 'request', 'repeat'],
    ['Events', 'event recorded: ticket.opened', { aggregate, seq: 1 }, 'transaction', undefined],
    [
      'steadfast-local-project-views',
      'message consumed',
      { consumer: 'project-views', outcome: 'skipped', aggregate },
      'consumer',
      'repeat',
    ],
    ['saga notification', 'do notice: done', { sagaId: 's1' }, 'saga', undefined],
    ['saga notification', 'do mail: refused', { sagaId: 's1' }, 'outside', 'problem'],
    ['saga notification', 'undo notice: undone', { sagaId: 's1' }, 'saga', 'undone'],
  ])('%s: %s is in its lane, with its tone', (where, what, facts, lane, tone) => {
    expect(toLaneStep({ at, where, what, facts }, 'acme')).toMatchObject({ lane, ...(tone && { tone }) })
  })

  it('leads to the rows that it is about', () => {
    const rowsOf = (where: string, what: string, facts: object) =>
      toLaneStep({ at, where, what, facts: { ...facts } }, 'acme').rows.map(({ table, sk }) => [table, sk])
    expect(rowsOf('Events', 'event recorded: ticket.opened', { aggregate, seq: 1 })).toEqual([
      ['Events', '000000000001'],
      ['Tickets', 'HEADER'],
    ])
    expect(
      toLaneStep(
        { at, where: 'Events', what: 'event recorded: ticket.assigned', facts: { aggregate, seq: 4 } },
        'acme',
      ).rows.map(({ change }) => change),
    ).toEqual([{ is: 'written' }, { is: 'folded', tenant: 'acme', ticket: 't1', seq: 4 }])
    const ofSaga = toLaneStep(
      { at, where: 'saga notification', what: 'do mail: done', facts: { sagaId: 's1' } },
      'acme',
    )
    expect(ofSaga.rows.map(({ change }) => change)).toEqual([
      { is: 'recorded', at },
      { is: 'recorded', at },
    ])
    expect(rowsOf('saga notification', 'do mail: done', { sagaId: 's1' })).toEqual([
      ['Sagas', 'SAGA'],
      ['StepKeys', 'STEP#mail'],
    ])
    expect(
      rowsOf('steadfast-local-project-views', 'message consumed', { consumer: 'project-views', aggregate }),
    ).toEqual([['Receipts', 'CONSUMER#project-views']])
  })
})
