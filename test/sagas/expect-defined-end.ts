import { expect } from 'vitest'
import type { Driven } from './drive-machine.ts'
import type { Address, NotificationCase } from './notification-fixture.ts'

/**
 * What must hold of a saga that has ended, whatever befell it (DESIGN §8, 14 to 18 and 22): completed deps each step once,
 * compensated deps net zero and undone in reverse, and one mail id whatever happened.
 */
export async function expectDefinedEnd(saga: NotificationCase, address: Address, told: string): Promise<string> {
  const { saga: row, fences, notices, sends, mails } = await saga.outcome()
  const { state, timeline } = row
  const of = (action: string, ...outcomes: string[]) =>
    timeline.filter((each) => each.action === action && outcomes.includes(each.outcome)).map(({ step }) => step)
  const effects = { state, notices: notices.length, sends, mailIds: new Set(mails.map(({ id }) => id)).size }
  if (state === 'completed') {
    const mailIds = address === 'ok' ? 1 : 0
    expect(effects, told).toEqual({ state, notices: 1, sends: 1, mailIds })
    expect(fences, told).toEqual({ budget: 'done', notice: 'done', mail: 'done', record: 'done' })
    expect(of('do', 'done', 'skipped'), told).toEqual(['notice', 'budget', 'mail', 'record'])
    expect(of('undo', 'undone'), told).toEqual([])
    expect(address, told).not.toBe('bounce')
  } else {
    expect(effects, told).toEqual({ state: 'compensated', notices: 0, sends: 0, mailIds: 0 })
    expect(fences, told).toMatchObject({ mail: 'tombstone', record: 'absent' })
    expect(['undone', 'tombstone'], told).toContain(fences.budget)
    expect(['undone', 'tombstone'], told).toContain(fences.notice)
    expect(of('undo', 'undone', 'nothing-to-undo'), told).toEqual(['budget', 'notice'])
    expect(of('undo', 'undone').toReversed(), told).toEqual(of('do', 'done').filter((step) => step !== 'mail'))
    expect(row.reason, told).toBeTruthy()
  }
  expect(row.endedAt, told).toBeTruthy()
  return state
}

/** Runs to an end; a parked saga must say so in its row, and is resumed until it ends. Returns how often it was parked. */
export async function runToEnd(
  saga: NotificationCase,
  told: string,
  beforeResume: () => void = () => {},
): Promise<number> {
  let driven: Driven = await saga.run()
  let parkings = 0
  while (driven.status === 'waiting') {
    const { saga: row } = await saga.outcome()
    expect(row, told).toMatchObject({ state: 'parked', parking: { reason: expect.any(String) } })
    if (++parkings > 3) throw new Error(`${told}: parked again and again`)
    beforeResume()
    driven = await driven.resume()
  }
  expect(driven.status, told).toBe('succeeded')
  await saga.lateCallsLand()
  return parkings
}
