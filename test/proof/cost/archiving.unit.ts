import { describe, expect, it } from 'vitest'
import { archivingCost } from '../../../proof/cost/archiving.ts'
import { readPage } from '../../docs/markdown.ts'

const record = readPage('docs/adr/0045-events-of-quiet-closed-tickets-can-leave-the-table.md')

describe('the record about archiving', () => {
  it('has the figures of the model', () => {
    const { tablePerMonth, infrequentAccessPerMonth, archivePerMonth, move, monthsToPay } = archivingCost({
      tickets: 1_000_000,
      events: 9,
      eventBytes: 665,
    })
    expect(record).toContain(`| in the table | ${tablePerMonth.toFixed(2)} | |`)
    expect(record).toContain(`| table class Standard-IA | ${infrequentAccessPerMonth.toFixed(2)} |`)
    const archives = `${archivePerMonth.toFixed(2)} | ${move.toFixed(2)} | ${monthsToPay.toFixed(1)} months`
    expect(record).toContain(`| in archives | ${archives} |`)
    const saved = (tickets: number) => Math.round(((tablePerMonth - archivePerMonth) * tickets) / 1_000_000)
    expect(record).toContain(
      `saves ${saved(10_000_000)} dollars a month, and one with a hundred million ${saved(100_000_000)}:`,
    )
  })
})
