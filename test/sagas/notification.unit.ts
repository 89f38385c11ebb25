import { describe, expect, it } from 'vitest'
import { shapes } from '../../sagas/phases.ts'
import { hourOf, sendCounterRow, sendShards, sendsPerHourMax } from '../../tables/send-quota.ts'
import { NotificationCase } from './notification-fixture.ts'

describe.each(shapes)('a notification saga, compiled to %s', (shape) => {
  it('notifies the person once by each channel, and completes', async () => {
    const saga = await new NotificationCase({ shape }).begin('ok')
    expect((await saga.run()).status).toBe('succeeded')
    const { notices, sends, mails, fences, ...rest } = await saga.outcome()
    expect(rest.saga).toMatchObject({ state: 'completed', correlationId: 'C1' })
    expect(fences).toEqual({ budget: 'done', notice: 'done', mail: 'done', record: 'done' })
    expect(notices).toMatchObject([{ ticketId: 'T1', seq: 2, mail: 'sent' }])
    expect(mails).toMatchObject([{ id: saga.id, to: 'ann@example.com', correlationId: 'C1' }])
    expect(sends).toBe(1)
    expect(rest.saga.timeline.map(({ step, action, outcome }) => `${action} ${step}: ${outcome}`)).toEqual([
      'do notice: done',
      'do budget: done',
      'do mail: done',
      'do record: done',
    ])
  })

  it('undoes everything in reverse order when the mail is refused, and says why', async () => {
    const saga = await new NotificationCase({ shape }).begin('bounce')
    expect((await saga.run()).status).toBe('succeeded')
    const { notices, sends, mails, fences, ...rest } = await saga.outcome()
    expect(rest.saga).toMatchObject({ state: 'compensated', reason: 'mail: the mail service refused the message' })
    expect(fences).toEqual({ budget: 'undone', notice: 'undone', mail: 'tombstone', record: 'absent' })
    expect({ notices, sends, mails }).toEqual({ notices: [], sends: 0, mails: [] })
    expect(rest.saga.timeline.map(({ step, action, outcome }) => `${action} ${step}: ${outcome}`)).toEqual([
      'do notice: done',
      'do budget: done',
      'do mail: refused',
      'undo budget: undone',
      'undo notice: undone',
    ])
  })

  it.each([
    ['no e-mail', { channels: { inApp: true, email: false } }, [{ mail: 'skipped' }], 0],
    ['nothing in the app', { channels: { inApp: false, email: true } }, [], 1],
    ['neither', { channels: { inApp: false, email: false } }, [], 0],
    [
      'mail that came back',
      { mailSuppressed: { why: 'bounce', at: '2026-03-01T10:00:00.000Z' } },
      [{ mail: 'skipped' }],
      0,
    ],
  ] as const)(
    'skips what the person does not want, or cannot get, and is completed: %s',
    async (_, wishes, shown, sent) => {
      const saga = await new NotificationCase({ shape }).begin('ok', wishes)
      expect((await saga.run()).status).toBe('succeeded')
      const { notices, mails, fences, ...rest } = await saga.outcome()
      expect(rest.saga.state).toBe('completed')
      expect(notices).toMatchObject(shown)
      expect(mails.length).toBe(sent)
      expect(fences).toEqual({ budget: 'done', notice: 'done', mail: 'done', record: 'done' })
    },
  )

  it('posts the notice at once and sends the mail in the next hour when the send budget is used up', async () => {
    const saga = await new NotificationCase({ shape }).begin('ok')
    const full = Array.from({ length: sendShards }, (_, shard) => {
      const { table, key } = sendCounterRow('acme', 'mail', shard)
      const used = sendsPerHourMax / sendShards
      return { kind: 'put', table, row: { ...key, hour: hourOf(saga.runtime.now()), used } } as const
    })
    await saga.store.transactWrite(full, 'full')
    let attempts = 0
    const driven = await saga.run(async () => {
      const { notices, mails } = await saga.outcome()
      if (++attempts === 3) {
        expect(notices).toHaveLength(1)
        expect(mails).toEqual([])
        await saga.runtime.sleep(3_600_000)
      }
    })
    expect(driven.status).toBe('succeeded')
    const { saga: record, mails } = await saga.outcome()
    expect(record.state).toBe('completed')
    expect(mails).toHaveLength(1)
    const failures = record.timeline.filter(({ outcome }) => outcome === 'failed')
    expect(failures.length).toBeGreaterThan(0)
    expect(failures[0]?.error?.message).toBe('budget: the send budget of this hour is used up')
  })

  it('withdraws no notice when a mail is refused for a person who wants no notices', async () => {
    const saga = await new NotificationCase({ shape }).begin('bounce', { channels: { inApp: false, email: true } })
    expect((await saga.run()).status).toBe('succeeded')
    const { notices, sends, ...rest } = await saga.outcome()
    expect([rest.saga.state, notices, sends]).toEqual(['compensated', [], 0])
  })

  it('completes without a mail for a person without an address', async () => {
    const saga = await new NotificationCase({ shape }).begin('none')
    await saga.run()
    const { notices, mails, ...rest } = await saga.outcome()
    expect(rest.saga.state).toBe('completed')
    expect(rest.saga.timeline.find(({ step }) => step === 'mail')).toMatchObject({ outcome: 'skipped' })
    expect(notices).toMatchObject([{ mail: 'skipped' }])
    expect(mails).toEqual([])
  })

  it('sends no mail to a person who was deactivated in the meantime', async () => {
    const saga = await new NotificationCase({ shape }).begin('ok')
    const key = { pk: 'TENANT#acme#USER#ann', sk: 'USER' }
    await saga.store.write({
      kind: 'update',
      table: 'Tickets',
      key,
      set: { status: 'deactivated' },
      when: { row: 'present' },
    })
    await saga.run()
    const { mails, ...rest } = await saga.outcome()
    expect(mails).toEqual([])
    expect(rest.saga.state).toBe('completed')
  })
})
