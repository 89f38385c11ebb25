import { expect } from 'vitest'
import type { Actor } from '../../domain/actor.ts'
import type { Attachment } from '../../domain/attachment.ts'
import type { CommandMetadata } from '../../domain/command-metadata.ts'
import type { Change, Decision, Refusal } from '../../domain/decision.ts'
import type { DomainEvent, Fact } from '../../domain/event.ts'
import type { AggregateRef } from '../../domain/ids.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Ticket } from '../../domain/ticket.ts'
import type { User } from '../../domain/user.ts'
import type { Webhook } from '../../domain/webhook.ts'

export const carla: Actor = { id: 'carla', role: 'customer' }
export const carl: Actor = { id: 'carl', role: 'customer' }
export const agnes: Actor = { id: 'agnes', role: 'agent' }
export const ada: Actor = { id: 'ada', role: 'admin' }

/** The time of the rows in a given state, and of the command. */
export const before = '2026-03-01T11:00:00.000Z'
export const now = '2026-03-01T12:00:00.000Z'

/** A rule as given, when, then: the state that is read, the command, and what is decided. */
export function given<State>(state: State) {
  return {
    when<Command, Result>(decide: (state: State, command: Command) => Decision<Result>, command: Command) {
      const decision = decide(state, command)
      return {
        thenRefused(refusal: Refusal) {
          expect(decision).toEqual({ outcome: 'refused', refusal })
        },
        thenUnchanged(result: Result) {
          expect(decision).toEqual({ outcome: 'unchanged', result })
        },
        thenChanged(fact: Fact, changes: Change[], result: unknown) {
          expect(decision).toEqual({ outcome: 'changed', fact, changes, result })
        },
        thenChangedWithoutEvent(changes: Change[], result: unknown) {
          expect(decision).toEqual({ outcome: 'changed-without-event', changes, result })
        },
      }
    },
  }
}

/** A command with everything that a decision needs from outside. */
export function command<Input extends object>(by: Actor, input: Input): Input & CommandMetadata {
  return { ...input, by, at: now, ids: { target: 'new-target', message: 'new-message' }, secretBytes: Buffer.alloc(32) }
}

/** A ticket that carla requested and nobody is assigned to. */
export function ticket(facts: Partial<Ticket> = {}): Ticket {
  return {
    id: 't1',
    title: 'Printer on fire',
    status: 'open',
    priority: 'normal',
    requester: carla.id,
    version: 7,
    openedAt: before,
    updatedAt: before,
    ...facts,
  }
}

/** The same ticket after the command. */
export function changedTicket(facts: Partial<Ticket> = {}): Ticket {
  return ticket({ version: 8, updatedAt: now, ...facts })
}

/** An active user whom an admin created. */
export function user(facts: Partial<User> = {}): User {
  return {
    id: 'agnes',
    role: 'agent',
    status: 'active',
    origin: 'admin',
    version: 3,
    createdAt: before,
    updatedAt: before,
    ...facts,
  }
}

/** The same user after the command. */
export function changedUser(facts: Partial<User> = {}): User {
  return user({ version: 4, updatedAt: now, ...facts })
}

export function attachment(facts: Partial<Attachment> = {}): Attachment {
  return {
    id: 'a1',
    ticketId: 't1',
    seq: 2,
    fileName: 'fire.png',
    contentType: 'image/png',
    sizeBytes: 1234,
    sha256: 'ab'.repeat(32),
    state: 'inspecting',
    requestedBy: carla.id,
    requestedAt: before,
    ...facts,
  }
}

export function settings(webhooks: string[], facts: Partial<Settings> = {}): Settings {
  return { webhooks, version: 4, createdAt: before, updatedAt: before, ...facts }
}

export function webhook(facts: Partial<Webhook> = {}): Webhook {
  return {
    name: 'crm',
    url: 'https://crm.example.com/in',
    events: ['ticket.opened', 'ticket.comment_added'],
    secret: `whsec_${'A'.repeat(43)}=`,
    since: 2,
    createdAt: before,
    updatedAt: before,
    ...facts,
  }
}

/** A history of one aggregate: facts, numbered from 1, each a minute after the one before. */
export function history(aggregate: AggregateRef, facts: readonly (Fact & { by?: string })[]): DomainEvent[] {
  return facts.map(({ by = carla.id, ...fact }, index) => {
    const at = new Date(Date.parse(before) + index * 60_000).toISOString()
    const envelope = { id: `e${index + 1}`, tenant: 'acme', aggregate, seq: index + 1, actor: by }
    return { ...fact, ...envelope, occurredAt: at, recordedAt: at, correlationId: 'c' }
  })
}
