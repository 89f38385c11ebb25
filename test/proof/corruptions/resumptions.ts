import { type Corruption, ofType } from './corruption.ts'

const isResumption = ({ sk }: { sk?: unknown }) => sk === 'RESUMPTION'

const resumed = {
  pk: 'TENANT#acme#SAGA#s1',
  tenant: 'acme',
  aggregate: { type: 'saga', id: 's1' },
  type: 'saga.resumed',
  data: { parkingId: 'p1' },
}

export const resumptionCorruptions: readonly Corruption[] = [
  {
    invariant: 32,
    what: 'a resumption that counts a saga which it has not resumed',
    corrupt: (tamper) => tamper.change('Tickets', isResumption, { resumed: 1 }),
  },
  {
    invariant: 32,
    what: 'a resumption that stopped half way',
    async corrupt(tamper) {
      await tamper.edit('Tickets', isResumption, ({ finishedAt: _, ...row }) => row)
      await tamper.change('Events', ofType('resumption.advanced'), { recordedAt: '2020-01-01T00:00:00.000Z' })
    },
  },
  {
    invariant: 32,
    what: 'a parking that was resumed twice',
    async corrupt(tamper) {
      for (const seq of [1, 2])
        await tamper.copy('Events', ofType('resumption.requested'), {
          ...resumed,
          sk: String(seq).padStart(12, '0'),
          id: `e${seq}`,
          seq,
        })
    },
  },
]
