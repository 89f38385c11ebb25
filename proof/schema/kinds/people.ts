import { Holds } from '../../../domain/hold.ts'
import { Settings } from '../../../domain/settings.ts'
import { User } from '../../../domain/user.ts'
import { Webhook } from '../../../domain/webhook.ts'
import { putHolds, putSettings, putWebhook } from '../../../tables/settings.ts'
import { EmailOwner, putEmail, putUser } from '../../../tables/users.ts'
import { at, later, tenant } from '../example.ts'
import { eventHash, person, tenantNote, updatedAt, version } from '../notes.ts'
import { rowKind } from '../row-kind.ts'

const user = rowKind({
  name: 'user',
  table: 'Tickets',
  key: { pk: 'TENANT#{tenant}#USER#{userId}', sk: 'USER' },
  is: 'one person of a tenant, with preferences',
  life: 'mutable',
  changed: 'commands of admins and of the person, and bounces of mail; if it still has the version that was read',
  deleted: 'never: a person is deactivated, so that no reference dangles',
  unique: 'the id that the identity provider gives; the first version must find no row',
  schema: User,
  notes: {
    id: person('the token’s `sub`; an e-mail address, where the provider issues such ids'),
    role: {
      meaning: 'whether the person may be assigned; what a caller may do is in the token',
      changes: 'when an admin completes it',
    },
    status: { meaning: 'whether the person may act', changes: 'with a deactivation; it is final' },
    origin: { meaning: 'whether a first write or an admin created it', changes: 'when an admin completes it' },
    name: {
      meaning: 'the person’s name',
      personal: 'contact',
      changes: 'when an admin completes it',
      absent: 'until an admin gives it',
    },
    email: {
      meaning: 'where mail is sent',
      personal: 'contact',
      changes: 'when an admin completes it',
      absent: 'until an admin gives it',
    },
    mailSuppressed: {
      meaning: 'why and since when no mail is sent',
      changes: 'with a bounce or a complaint; removed when an admin lifts it',
      absent: 'while mail is sent',
    },
    mailSuppressionLiftedAt: {
      meaning: 'what bounced before then no longer counts',
      changes: 'when an admin lifts a suppression',
      absent: 'until then',
    },
    channels: {
      meaning: 'how the person wants to be told',
      changes: 'by the person',
      absent: 'while it is the default',
    },
    version,
    eventHash,
    createdAt: 'time of its first event',
    updatedAt,
  },
  stored: { tenant: tenantNote },
  example: () => [
    putUser(tenant, {
      id: 'carla',
      role: 'customer',
      status: 'active',
      origin: 'admin',
      name: 'Carla Customer',
      email: 'carla@example.com',
      channels: { inApp: true, email: false },
      version: 1,
      createdAt: at,
      updatedAt: at,
    }),
  ],
})

const email = rowKind({
  name: 'e-mail address',
  table: 'Tickets',
  key: { pk: 'TENANT#{tenant}#EMAIL#{email}', sk: 'EMAIL' },
  is: 'one e-mail address of a tenant, in lower case, and whose it is',
  life: 'append-only',
  changed: 'nothing',
  deleted: 'never: an address is given once and never changed',
  unique: 'the address, in the tenant; it must find no row, in the transaction that gives it to its user',
  schema: EmailOwner,
  notes: { userId: person('whose address it is') },
  stored: { tenant: tenantNote },
  example: () => [putEmail(tenant, { email: 'Carla@example.com', userId: 'carla' })],
})

const settings = rowKind({
  name: 'settings header',
  table: 'Tickets',
  key: { pk: 'TENANT#{tenant}#SETTINGS#{settings}', sk: 'SETTINGS' },
  is: 'one tenant’s settings: which webhooks there are, and who was subscribed to what and when',
  life: 'mutable',
  changed: 'each command on a webhook or a hold, if it still has the version that was read',
  deleted: 'never',
  unique: 'one per tenant: the key has no other part',
  schema: Settings,
  notes: {
    webhooks: { meaning: 'names of the webhooks', changes: 'when one is put or removed' },
    subscriptions: {
      meaning: 'who receives which events, and who did so before: a late event goes to whom it concerned',
      changes: 'when a webhook’s events change',
      absent: 'where that has not changed since an earlier version',
    },
    version,
    eventHash,
    createdAt: 'time of its first event',
    updatedAt,
  },
  stored: { tenant: tenantNote },
  example: () => [
    putSettings(tenant, {
      webhooks: ['crm'],
      subscriptions: [{ name: 'crm', since: 1, events: ['ticket.opened'], from: at }],
      version: 1,
      createdAt: at,
      updatedAt: at,
    }),
  ],
})

const webhook = rowKind({
  name: 'webhook',
  table: 'Tickets',
  key: { pk: 'TENANT#{tenant}#SETTINGS#{settings}', sk: 'WEBHOOK#{name}' },
  is: 'one HTTP endpoint of a tenant that receives events',
  life: 'mutable',
  changed: 'commands on it; each writes the settings header in the same transaction, under its version',
  deleted: 'by a command; messages under way are given up, and `Notices` says so',
  unique: 'its name, in the tenant: the key. At most 20',
  schema: Webhook,
  notes: {
    name: 'as its admin calls it',
    url: { meaning: 'where messages go; may contain a password', personal: 'secret', changes: 'when it is put again' },
    events: { meaning: 'which events are sent', changes: 'when it is put again' },
    secret: { meaning: 'signs its messages', personal: 'secret', changes: 'with a rotation' },
    previous: {
      meaning: 'the secret before the last rotation, which signs as well for a while',
      personal: 'secret',
      changes: 'with a rotation',
      absent: 'unless the secret was rotated',
    },
    since: 'version of the settings that created it: tells it from another of the same name',
    createdAt: 'when it was created',
    updatedAt: { meaning: 'when it was last changed', changes: 'with each change' },
  },
  stored: { tenant: tenantNote },
  example: () => [
    putWebhook(tenant, {
      name: 'crm',
      url: 'https://crm.example.com/in',
      events: ['ticket.opened'],
      secret: 'whsec_…',
      previous: { secret: 'whsec_…', validUntil: later },
      since: 1,
      createdAt: at,
      updatedAt: at,
    }),
  ],
})

const holds = rowKind({
  name: 'holds',
  table: 'Tickets',
  key: { pk: 'TENANT#{tenant}#SETTINGS#{settings}', sk: 'HOLDS' },
  is: 'what one tenant holds: its sagas do not call it until it is released',
  life: 'mutable',
  changed: 'commands on a hold; each writes the settings header in the same transaction, under its version',
  deleted: 'never; empty when nothing is held',
  unique: 'one per tenant: the key has no other part',
  schema: Holds,
  notes: {
    holds: {
      meaning: 'the dependencies, each with since when, by whom and why; a reason goes with its release',
      personal: 'text',
      changes: 'when one is put or released',
    },
  },
  stored: { tenant: tenantNote },
  example: () => [
    putHolds(tenant, { holds: [{ dependency: 'mail', since: at, by: 'ada', reason: 'The mail service is down.' }] }),
  ],
})

export const peopleKinds = [user, email, settings, webhook, holds]
