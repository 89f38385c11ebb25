import { describe, it } from 'vitest'
import { readNotice } from '../../domain/read-notice.ts'
import { before, carla, command, given, now } from './given.ts'

describe('reading a notice', () => {
  it('stores the time and records no event', () => {
    given({ notice: { id: 'n1' } })
      .when(readNotice<{ id: string; readAt?: string }>, command(carla, {}))
      .thenChangedWithoutEvent(
        [{ operation: 'mark-read', entity: 'notice', noticeId: 'n1', userId: 'carla', readAt: now }],
        { id: 'n1', readAt: now },
      )
  })

  it('keeps the first time when it is read again', () => {
    given({ notice: { id: 'n1', readAt: before } })
      .when(readNotice<{ id: string; readAt?: string }>, command(carla, {}))
      .thenChangedWithoutEvent(
        [{ operation: 'mark-read', entity: 'notice', noticeId: 'n1', userId: 'carla', readAt: before }],
        { id: 'n1', readAt: before },
      )
  })

  it('does not find a notice that does not exist', () => {
    given({}).when(readNotice, command(carla, {})).thenRefused({ why: 'not-found', what: 'notice' })
  })
})
