import { describe, it } from 'vitest'
import { resumeSaga } from '../../domain/resume-saga.ts'
import { ada, command, given, now } from './given.ts'

const parked = { id: 's1', state: 'parked', version: 2, parking: { id: 'p1' } }

describe('resuming a saga', () => {
  it('records the parking that it ends, and sets the saga running', () => {
    given({ saga: parked })
      .when(resumeSaga<typeof parked>, command(ada, { parkingId: 'p1' }))
      .thenChanged(
        { type: 'saga.resumed', data: { parkingId: 'p1' } },
        [{ operation: 'resume', entity: 'saga', sagaId: 's1', parkingId: 'p1', version: 3, at: now }],
        { ...parked, state: 'running', version: 3 },
      )
  })

  it.each([
    ['it has parked again since', { ...parked, parking: { id: 'p2' } }],
    ['it runs', { ...parked, state: 'running' }],
    ['it has ended', { id: 's1', state: 'completed', version: 2 }],
  ])('is refused when %s', (_, saga) => {
    given({ saga })
      .when(resumeSaga<{ id: string; state: string; version: number; parking?: { id: string } }>, {
        ...command(ada, { parkingId: 'p1' }),
      })
      .thenRefused({ why: 'parking-not-current', parkingId: 'p1' })
  })

  it('does not find a saga that does not exist', () => {
    given({})
      .when(resumeSaga, command(ada, { parkingId: 'p1' }))
      .thenRefused({ why: 'not-found', what: 'saga' })
  })
})
