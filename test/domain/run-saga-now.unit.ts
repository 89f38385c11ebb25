import { describe, it } from 'vitest'
import { type RunSagaNow, runSagaNow } from '../../domain/run-saga-now.ts'
import { ada, command, given, now } from './given.ts'

const failed = { step: 'mail', outcome: 'failed' }
const between = { id: 's1', state: 'running', generation: 2, version: 3, timeline: [{ outcome: 'done' }, failed] }
type Saga = typeof between & { task?: object; resumption?: object }

const asked = (than: Partial<RunSagaNow> = {}) => command(ada, { generation: 2, isDeployed: true, ...than })

describe('running a saga now', () => {
  it('gives it its next generation', () => {
    given({ saga: between })
      .when(runSagaNow<Saga>, asked())
      .thenChanged(
        { type: 'saga.run_now_requested', data: { generation: 3 } },
        [{ operation: 'run-now', entity: 'saga', sagaId: 's1', generation: 2, version: 4, at: now }],
        { ...between, generation: 3, version: 4 },
      )
  })

  it.each<[string, Saga, Partial<RunSagaNow>, string]>([
    [
      'it runs as a later generation',
      { ...between, generation: 3 },
      {},
      'It runs as generation 3 by now: read it again.',
    ],
    ['it is parked', { ...between, state: 'parked' }, {}, 'It waits for no attempt: only a running saga does.'],
    ['it has not started', { ...between, state: 'pending' }, {}, 'It waits for no attempt: only a running saga does.'],
    ['it has ended', { ...between, state: 'compensated' }, {}, 'It waits for no attempt: only a running saga does.'],
    ['it was resumed', { ...between, resumption: {} }, {}, 'It waits for no attempt: only a running saga does.'],
    ['an attempt runs', { ...between, task: {} }, {}, 'An attempt is running: read the saga again when it has ended.'],
    [
      'it waits for something from outside',
      { ...between, timeline: [failed, { outcome: 'waiting' }] },
      {},
      'Its last attempt has not failed, so it waits for no other.',
    ],
    [
      'its definition is of another version',
      between,
      { isDeployed: false },
      'It runs under a definition of another version or setting, which only its present execution can go on with.',
    ],
  ])('is refused when %s', (_, saga, than, detail) => {
    given({ saga })
      .when(runSagaNow<Saga>, asked(than))
      .thenRefused({ why: 'saga-not-between-attempts', detail })
  })

  it('does not find a saga that does not exist', () => {
    given({}).when(runSagaNow, asked()).thenRefused({ why: 'not-found', what: 'saga' })
  })
})
