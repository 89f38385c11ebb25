import { holdEverything, releaseEverything } from '../../app/hold-everything.ts'
import { putHolds } from '../../tables/settings.ts'
import { NotificationCase, tenant } from './notification-fixture.ts'

/** A notification whose tenant can hold the mail service, and whose operator can hold everything, beside the saga. */
export class HeldCase extends NotificationCase {
  isHeld = false

  async hold(dependency = 'mail'): Promise<this> {
    this.isHeld = dependency === 'mail'
    const hold = { dependency, since: '2026-03-01T11:30:00.000Z', by: 'ada' }
    await this.store.write(putHolds(tenant, { holds: [hold] }))
    return this
  }

  async release(): Promise<void> {
    this.isHeld = false
    await this.store.write(putHolds(tenant, { holds: [] }))
  }

  async holdEverything(): Promise<this> {
    await holdEverything(this, { operator: 'olga', reason: 'Restored.' })
    return this
  }

  async releaseEverything(): Promise<void> {
    await releaseEverything(this, { operator: 'olga' })
  }
}
