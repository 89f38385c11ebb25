import { bucketsOfTenant, loseTenant } from '../proof/drill/lost-tenant.ts'
import {
  backUpTables,
  copyIntoService,
  restoreTables,
  type TableBackup,
  tablesBesideTickets,
} from '../proof/drill/tables.ts'
import { forgetWhatWasSent, keepWhatIsAhead } from '../proof/mutants/restore-mutants.ts'
import { scanAll } from '../tables/scan-rows.ts'
import type { Store } from '../tables/store.ts'
import { mailIdsSentTo } from './runner/context/mail-sink.ts'
import { invokeNow } from './runner/context/state-machines.ts'
import { storeOfTenants } from './runner/context/tenant-store.ts'
import { scenario } from './runner/scenario.ts'

/** Longer than `reconcile-sagas` leaves a saga to its execution. */
const quietMs = 20_000

export const tornRestore = scenario(
  'torn-restore',
  'Tables come back from different moments',
  {
    shows:
      'Tables that were restored to moments seconds apart agree after the repair, no mail is sent again, and what is lost is named.',
    guard:
      'a repair that cuts every table to the restored tickets before they are in service, and knows which messages were sent',
    mutants: [
      { mutant: keepWhatIsAhead, breaks: [5, 25] },
      { mutant: forgetWhatWasSent, breaks: [25] },
    ],
    targets: 'embedded',
  },
  async ({ target, operatorCode, tenant, person, faults, step, claim, note, until, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    const ada = person('ada', 'agent')
    const address = `carla@${tenant}.example.com`
    const key = crypto.randomUUID()
    const resolve = () =>
      ada.send('POST', `/tickets/${id}/transitions`, { to: 'resolved', reason: 'It works again' }, key)
    const untilAnswered = () => until('an answer', resolve, ({ retryable }) => !retryable)
    const versionIn = async (store: Store) => Number((await store.get(header()))?.version)
    const header = () => ({ table: 'Tickets', key: { pk: `TENANT#${tenant}#TICKET#${id}`, sk: 'HEADER' } }) as const
    let id = ''
    let backups: TableBackup[] = []
    let restored: Store = target.store
    let lostFrom = ''
    await step(
      {
        do: 'Carla opens a ticket, and Ada answers. The notification is slow. (We hold it.) At this moment `Tickets` is backed up.',
      },
      async () => {
        await person('root', 'admin').sendUntilAnswered('POST', '/users', {
          id: 'carla',
          role: 'customer',
          email: address,
        })
        const opened = await carla.sendUntilAnswered('POST', '/tickets', { title: 'No light', body: 'In the hall.' })
        id = String(opened.body.id)
        await untilIdle()
        const where = { function: '*-start-saga', key: `*${tenant}*` }
        await faults.set({ name: 'notification-held', at: 'invocation', where, fault: { do: 'hold' } })
        await ada.sendUntilAnswered('POST', `/tickets/${id}/comments`, { body: 'Try the fuse.' })
        backups = await backUpTables(target, async () => {}, ['Tickets'])
        claim('the ticket has version 2', await versionIn(target.store), 2)
      },
    )
    await step(
      {
        do: 'Ada resolves the ticket. Only then the other tables are backed up. The notifications go out.',
        shows: 'Each table is backed up, and restored, by itself: no two are of the same moment.',
      },
      async () => {
        claim('the ticket is resolved', (await untilAnswered()).status, 200)
        backups.push(...(await backUpTables(target, async () => {}, tablesBesideTickets)))
        await faults.remove('notification-held')
        await untilIdle()
        claim(
          'Carla has a mail about the answer, and one about the end',
          (await mailIdsSentTo(target, address)).length,
          2,
        )
      },
    )
    await step(
      {
        do: 'Someone deletes every row of the tenant. The service is taken away, and each table is restored into a new one.',
        shows: 'The restored ticket has version 2, and its restored history has three events.',
        without:
          'Tables that are put into service as they are: a history of what never happened, and the next change of the ticket fails.',
      },
      async () => {
        await loseTenant(target, tenant)
        claim('the ticket is gone', (await carla.get(`/tickets/${id}`)).status, 404)
        lostFrom = new Date().toISOString()
        await faults.set({
          name: 'out-of-service',
          at: 'invocation',
          where: { function: '*' },
          fault: { do: 'throttle' },
        })
        claim('nobody is served', (await carla.get(`/tickets/${id}`)).retryable)
        restored = storeOfTenants((await restoreTables(target, backups)).store, [tenant])
        claim('the restored ticket has version 2', await versionIn(restored), 2)
        const events = (await scanAll(restored, 'Events')).filter(({ pk }) => pk === header().key.pk)
        claim('its restored history has three events', events.length, 3)
      },
    )
    await step(
      {
        do: 'The operator gathers from the mail log what was sent, repairs the restored tables, puts them into service, and resumes.',
        shows:
          'The tables agree with `Tickets`. What was lost is named in a record under Object Lock: one event, and the mail about it, which nobody can take back. The mail about the answer is not sent again, although no restored table knows of it.',
        without: 'Carla gets every mail of the last minutes again.',
      },
      async () => {
        const { runtime } = await operatorCode<typeof import('../app/environment.ts')>('app/environment.ts')
        const { repairTables, resumeDelivery } =
          await operatorCode<typeof import('../app/restore/repair.ts')>('app/restore/repair.ts')
        const sentIds = await mailIdsSentTo(target, address)
        const restoredTo = new Date(backups[0]?.atMs ?? 0).toISOString()
        const repaired = await repairTables(
          { store: restored, ...bucketsOfTenant(target) },
          { restoredTo, lostFrom, sentIds },
        )
        await copyIntoService(target, restored)
        await faults.remove('out-of-service')
        const { record } = repaired
        claim('one event and one mail are lost', [record.events.length, record.effects.length], [1, 1])
        const run = await resumeDelivery({ store: target.store, runtime }, repaired)
        await invokeNow(target, target.outputs.ReconcileConsumersFunction)
        const touchedAt = new Date(Date.now() - quietMs).toISOString()
        for (const { pk, sk } of (await evidence()).sagas)
          await target.store.write({ kind: 'update', table: 'Sagas', key: { pk, sk }, set: { touchedAt } })
        await invokeNow(target, target.outputs.ReconcileSagasFunction)
        await untilIdle()
        await run.end()
        note(`${repaired.rowsWritten} rows were repaired`)
        claim('no mail was sent again', (await mailIdsSentTo(target, address)).length, 2)
      },
    )
    await step(
      {
        do: 'Carla reads her ticket. Ada, whose change is lost, sends her request again, with the same key.',
        shows:
          'The ticket is as it was when it was backed up. The change takes effect anew: no answer is replayed for an effect that is gone.',
        without: 'A client that is told that its change is stored, although it is not.',
      },
      async () => {
        claim('the ticket is open', (await carla.get(`/tickets/${id}`)).body.status, 'open')
        const { status, replayed, body } = await untilAnswered()
        claim('the change is accepted, and is no replay', [status, replayed, body.version], [200, false, 3])
        await untilIdle()
        const mails = await mailIdsSentTo(target, address)
        claim('Carla has a mail about the new change, under a new id', [mails.length, new Set(mails).size], [3, 3])
      },
    )
  },
)
