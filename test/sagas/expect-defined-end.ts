import { expect } from 'vitest'
import type { Driven } from './drive-machine.ts'
import type { Address, NotificationCase } from './notification-fixture.ts'

/**
 * Asserts what must hold of a saga that has ended, whatever faults it met (invariants 14 to 18 and 22): completed means each step once,
 * compensated means net zero and undone in reverse order, and there is at most one mail id.
 */
export async function expectDefinedEnd(saga: NotificationCase, address: Address, label: string): Promise<string> {
  const { saga: row, fences, notices, sends, mails } = await saga.outcome()
  const { state, timeline } = row
  const of = (action: string, ...outcomes: string[]) =>
    timeline.filter((each) => each.action === action && outcomes.includes(each.outcome)).map(({ step }) => step)
  const effects = { state, notices: notices.length, sends, mailIds: new Set(mails.map(({ id }) => id)).size }
  if (state === 'completed') {
    const mailIds = address === 'ok' ? 1 : 0
    expect(effects, label).toEqual({ state, notices: 1, sends: 1, mailIds })
    expect(fences, label).toEqual({ budget: 'done', notice: 'done', mail: 'done', record: 'done' })
    expect(of('do', 'done', 'skipped'), label).toEqual(['notice', 'budget', 'mail', 'record'])
    expect(of('undo', 'undone'), label).toEqual([])
    expect(address, label).not.toBe('bounce')
  } else {
    expect(effects, label).toEqual({ state: 'compensated', notices: 0, sends: 0, mailIds: 0 })
    expect(fences, label).toMatchObject({ mail: 'tombstone', record: 'absent' })
    expect(['undone', 'tombstone'], label).toContain(fences.budget)
    expect(['undone', 'tombstone'], label).toContain(fences.notice)
    expect(of('undo', 'undone', 'nothing-to-undo'), label).toEqual(['budget', 'notice'])
    expect(of('undo', 'undone').toReversed(), label).toEqual(of('do', 'done').filter((step) => step !== 'mail'))
    expect(row.reason, label).toBeTruthy()
  }
  expect(row.endedAt, label).toBeTruthy()
  return state
}

/** Runs a saga to its end, resuming it whenever it is parked. Returns how often it was parked. */
export async function runToEnd(
  saga: NotificationCase,
  label: string,
  beforeResume: () => void = () => {},
): Promise<number> {
  let driven: Driven = await saga.run()
  let parkings = 0
  while (driven.status === 'waiting') {
    const { saga: row } = await saga.outcome()
    expect(row, label).toMatchObject({ state: 'parked', parking: { reason: expect.any(String) } })
    if (++parkings > 3) throw new Error(`${label}: parked again and again`)
    beforeResume()
    driven = await driven.resume()
  }
  expect(driven.status, label).toBe('succeeded')
  await saga.lateCallsLand()
  return parkings
}
