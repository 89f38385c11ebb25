import { describe, expect, it } from 'vitest'
import { sagaRun } from '../../console/api-console/saga-run.ts'
import { delayMaxMs, runLine } from '../../console/saga/run-line.ts'
import { sagaGraph } from '../../console/saga/saga-graph.ts'
import { layoutSaga } from '../../console/saga/saga-layout.ts'
import { sagaOf, sagaPlace } from '../../console/saga/saga-place.ts'
import { statusWords, stepStatus } from '../../console/saga/step-status.ts'
import { placeFragment, readPlace } from '../../console/shell/place.ts'
import type { Attempt, FenceState, Saga, SagaRun, StoredRun } from '../../console/wire-saga.ts'
import { definitionsByVersion, toSagaDefinition } from '../../infra/saga-definitions.ts'
import { sagas } from '../../sagas/all.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { titleOf } from '../../sagas/saga.ts'
import { definitionVersion } from '../../sagas/version.ts'

const beganMs = Date.parse('2026-01-02T03:04:05.000Z')
const at = (ms: number) => new Date(beganMs + ms).toISOString()

/** An attempt that began at `startMs` and took 10 ms: `do mail failed`. */
function attempt(startMs: number, text: string, number = 1): Attempt {
  const [action, step = '', outcome] = text.split(' ')
  const error = outcome === 'failed' ? { error: { name: 'Throttling' } } : {}
  return {
    step,
    action,
    outcome,
    attempt: number,
    startedAt: at(startMs),
    endedAt: at(startMs + 10),
    ...error,
  } as Attempt
}

const definition = toSagaDefinition(notification)

function run(saga: Partial<Saga>, stored: Partial<StoredRun> = {}, fences: Record<string, FenceState> = {}): SagaRun {
  return {
    saga: {
      id: 's1',
      name: 'notification',
      state: 'running',
      generation: 1,
      startedAt: at(0),
      correlationId: 'c1',
      steps: [],
      ...saga,
    },
    definition,
    stored: { fences, fenceRows: {}, saga: { table: 'Sagas', pk: 'p' }, ...stored },
  }
}

const done = [attempt(5, 'do notice done'), attempt(20, 'do budget done')]
const failing = [...done, attempt(40, 'do mail failed'), attempt(2_050, 'do mail failed', 2)]
const undone = [
  ...done,
  attempt(40, 'do mail refused'),
  attempt(60, 'undo budget undone'),
  attempt(80, 'undo notice undone'),
]

const runs: Record<string, SagaRun> = {
  'has only begun': run({ state: 'pending' }),
  'works on its mail': run(
    { steps: done },
    { task: { action: 'do', steps: ['notice', 'budget', 'mail'], startedAt: at(40) } },
    { notice: 'done', budget: 'done' },
  ),
  'fails and tries again': run({ steps: failing }, {}, { notice: 'done', budget: 'done', mail: 'intent' }),
  'is parked': run(
    { state: 'parked', parkingId: 'p1', steps: failing, reason: 'mail: Throttling' },
    { parking: { since: at(3_000), direction: 'forward' } },
  ),
  'is held': run({ heldFor: 'mail', steps: done }, {}, { notice: 'done', budget: 'done' }),
  'was undone': run({ state: 'compensated', endedAt: at(90), steps: undone }),
  'was undone before its second step': run({
    state: 'compensated',
    endedAt: at(90),
    steps: [
      attempt(5, 'do notice refused'),
      attempt(20, 'undo budget nothing-to-undo'),
      attempt(40, 'undo notice nothing-to-undo'),
    ],
  }),
  'has an effect whose end was lost': run({ steps: [attempt(5, 'do notice lost')] }, {}, { notice: 'done' }),
  'is done': run({
    state: 'completed',
    endedAt: at(90),
    steps: [...done, attempt(40, 'do mail done'), attempt(60, 'do record done')],
  }),
}
const get = (name: string) => runs[name] ?? run({})

describe('a saga’s graph', () => {
  const words = (name: string) =>
    Object.fromEntries(
      sagaGraph(definition, get(name))
        .nodes.filter((node) => node.words !== '')
        .map(({ id, words, tone }) => [id, `${words} (${tone})`]),
    )

  it.each([
    ['has only begun', {}],
    ['works on its mail', { 'do notice': 'done (done)', 'do budget': 'done (done)', 'do mail': 'runs (active)' }],
    [
      'fails and tries again',
      { 'do notice': 'done (done)', 'do budget': 'done (done)', 'do mail': 'failed 2 times (held-up)' },
    ],
    ['is held', { 'do notice': 'done (done)', 'do budget': 'done (done)', 'do mail': 'held (held-up)' }],
    ['is parked', { 'do notice': 'done (done)', 'do budget': 'done (done)', 'do mail': 'parked after 2 (problem)' }],
    [
      'was undone',
      {
        'do notice': 'done (done)',
        'do budget': 'done (done)',
        'do mail': 'refused (problem)',
        'undo budget': 'undone (undone)',
        'undo notice': 'undone (undone)',
        resolve: 'no: undo (undone)',
      },
    ],
    ['has an effect whose end was lost', { 'do notice': 'done (done)' }],
    [
      'is done',
      { 'do notice': 'done (done)', 'do budget': 'done (done)', 'do mail': 'done (done)', 'do record': 'done (done)' },
    ],
  ])('of one that %s says where each step stands', (name, expected) => {
    expect(words(name)).toEqual(expected)
  })

  const taken = (name: string) =>
    sagaGraph(definition, get(name))
      .edges.filter(({ isTaken }) => isTaken)
      .map(({ id }) => id)

  it.each([
    ['has only begun', []],
    ['is parked', ['start > do notice', 'do notice > do budget', 'do budget > do mail']],
    [
      'was undone before its second step',
      [
        'start > do notice',
        'resolve > undo budget',
        'undo budget > undo notice',
        'undo notice > compensated',
        'do notice > resolve',
      ],
    ],
    [
      'is done',
      [
        'start > do notice',
        'do notice > do budget',
        'do budget > do mail',
        'do mail > do record',
        'do record > completed',
      ],
    ],
  ])('of one that %s shows the way it went', (name, expected) => {
    expect(taken(name)).toEqual(expected)
  })

  it.each(
    sagas.flatMap((saga) =>
      (['across', 'down'] as const).map((direction) => [titleOf(saga), direction, toSagaDefinition(saga)] as const),
    ),
  )('of %s has every undo beside its step and nothing on top of another: %s', (_title, direction, definition) => {
    const { nodes, edges, width, height } = layoutSaga(sagaGraph(definition, run({})), direction)
    const placeOf = (id: string) => nodes.find((node) => node.id === id)
    for (const { name } of definition.steps.filter(({ kind }) => kind === 'compensatable')) {
      const [own, undo] = [placeOf(`do ${name}`), placeOf(`undo ${name}`)]
      expect(direction === 'across' ? undo?.x : undo?.y).toBe(direction === 'across' ? own?.x : own?.y)
    }
    expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(nodes.length)
    for (const { x, y, width: w, height: h } of nodes)
      expect([x >= 0, y >= 0, x + w <= width, y + h <= height]).toEqual([true, true, true, true])
    expect(edges.filter(({ path }) => path === '')).toEqual([])
  })

  it('is told by the attempts alone where nothing else is known', () => {
    const { stored: _, ...apiOnly } = get('fails and tries again')
    expect(statusWords(stepStatus(apiOnly, 'mail', 'do'))).toBe('failed 2 times')
    expect(statusWords(stepStatus(apiOnly, 'budget', 'do'))).toBe('done')
  })
})

describe('a saga’s timeline', () => {
  it('says what was tried, what came of it, and how long it then waited', () => {
    const { rows } = runLine(get('is parked'), beganMs + 4_000)
    expect(rows.map(({ offset, what, detail, pause }) => [offset, what, detail, pause])).toEqual([
      ['+0 ms', 'saga begun', '', undefined],
      ['+5 ms', 'do notice: done', 'took 10 ms', undefined],
      ['+20 ms', 'do budget: done', 'took 10 ms', undefined],
      ['+40 ms', 'do mail: failed', 'took 10 ms, Throttling', undefined],
      ['+2.0 s', 'do mail: failed, attempt 2', 'took 10 ms, Throttling', '2.0 s of backoff'],
      ['+3.0 s', 'parked', 'mail: Throttling', undefined],
    ])
    expect(rows[4]?.bar).toEqual({ from: 51.2, to: 51.5, backoffFrom: 1.3 })
  })

  it.each([
    ['has only begun', 0, 'Its execution starts in a moment.'],
    ['works on its mail', 50, undefined],
    [
      'fails and tries again',
      2_060,
      'It waits for its next attempt; after 15 in a row it goes no further by itself.',
      'The attempt comes within 4.0 s.',
    ],
    // Only the time is another one: what a screen reader says stays.
    [
      'fails and tries again',
      60_000,
      'It waits for its next attempt; after 15 in a row it goes no further by itself.',
      'The attempt comes any moment.',
    ],
    ['is held', 4_000, 'It is held, and goes on when mail is released.'],
    ['is parked', 4_000, 'It waits for an operator to resume it.'],
    ['is done', 4_000, undefined],
  ])('says what one that %s waits for, and until when, after %i ms', (name, afterMs, words, until = undefined) => {
    const { waitsFor, waitsUntil } = runLine(get(name), beganMs + afterMs)
    expect([waitsFor, waitsUntil]).toEqual([words, until])
  })

  it('knows the longest delay of a policy', () => {
    const policy = { intervalSeconds: 2, backoffRate: 2, delaySecondsMax: 600, retriesMax: 14 }
    expect([1, 2, 3, 20].map((failures) => delayMaxMs(policy, failures))).toEqual([2_000, 4_000, 8_000, 600_000])
  })
})

describe('the address of a saga', () => {
  it('names its tenant and its id', () => {
    expect(placeFragment(sagaPlace({ tenant: 'acme', id: 'a/b' }))).toBe('#saga/acme/a%2Fb')
    expect(sagaOf(readPlace('#saga/acme/a%2Fb'))).toEqual({ tenant: 'acme', id: 'a/b' })
    expect(sagaOf(readPlace('#saga/acme'))).toBeUndefined()
  })
})

describe('the graph behind the API', () => {
  const definitions = definitionsByVersion()
  const shownDefinition = (definition: string | undefined) => {
    const { saga } = run({ ...(definition !== undefined && { definition }) })
    return sagaRun(saga, definitions).definition
  }

  it.each(sagas.map((saga) => [titleOf(saga), saga] as const))(
    "is that of the saga's own version: %s",
    (title, saga) => {
      expect(shownDefinition(definitionVersion(saga))).toEqual(toSagaDefinition(saga))
      expect(shownDefinition(definitionVersion(saga))?.title).toBe(title)
    },
  )

  it.each([
    ['of an earlier version of the code', '0123456789ab'],
    ['not told', undefined],
    ['a name that every object has', 'constructor'],
  ])('is none when the version is %s', (_which, version) => {
    expect(shownDefinition(version)).toBeUndefined()
  })

  it('shows a parked undo from the attempts alone, as no fence is told', () => {
    const { saga } = run({
      state: 'parked',
      definition: definitionVersion(notification),
      steps: [
        ...done,
        attempt(40, 'do mail refused'),
        attempt(60, 'undo budget undone'),
        attempt(80, 'undo notice failed'),
      ],
    })
    const parked = sagaRun(saga, definitions)
    const words = Object.fromEntries(
      sagaGraph(definition, parked)
        .nodes.filter((node) => node.words !== '')
        .map(({ title, words }) => [title, words]),
    )
    expect(words).toEqual({
      notice: 'done',
      budget: 'done',
      mail: 'refused',
      'committed?': 'no: undo',
      'undo budget': 'undone',
      'undo notice': 'parked',
    })
  })
})
