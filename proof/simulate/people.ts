import type { Actor } from '../../domain/actor.ts'

/** The people of each tenant. All but carl are users from the start; he is registered by his first write. */
export const people = {
  ada: { id: 'ada', role: 'admin' },
  agnes: { id: 'agnes', role: 'agent' },
  alan: { id: 'alan', role: 'agent' },
  carla: { id: 'carla', role: 'customer' },
  carl: { id: 'carl', role: 'customer' },
} as const satisfies Record<string, Actor>

/** Mail to alan is refused for good. */
export const addresses: Partial<Record<keyof typeof people, string>> = {
  agnes: 'agnes@example.com',
  alan: 'alan@bounce.example.com',
  carla: 'carla@example.com',
}
