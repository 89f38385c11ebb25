import { accountId } from '../../ports.ts'
import { type Attributes, type QueueSettings, settingsOf } from '../rules/queue-attributes.ts'
import type { Database, Row } from './database.ts'

export interface Queue {
  id: number
  name: string
  arn: string
  attributes: Attributes
  settings: QueueSettings
  createdMs: number
  modifiedMs: number
  purgedMs: number
}

export const queueArn = (name: string) => `arn:aws:sqs:us-east-1:${accountId}:${name}`

export const queueNameOfArn = (arn: string) => arn.replace(/^.*:/, '')

/** The stored queues. Those that were read stay in memory until they change. */
export interface QueueTable {
  find(name: string): Queue | undefined
  /** Names in order, after one and with a prefix. */
  names(options: { prefix: string; after: string; limit: number }): string[]
  all(): Queue[]
  create(name: string, attributes: Attributes, tags: Record<string, string>, nowMs: number): Queue
  change(queue: Queue, attributes: Attributes, nowMs: number): Queue
  setPurged(queue: Queue, nowMs: number): void
  tags(queue: Queue): Record<string, string>
  setTags(queue: Queue, tags: Record<string, string>): void
  /** The queue and nothing of its messages. */
  remove(queue: Queue, nowMs: number): void
  deletedMs(name: string): number | undefined
  forgetDeleted(beforeMs: number): void
  /** Forgets what is in memory, because it was not stored. */
  reread(): void
}

export function queueTable({ prepare }: Database): QueueTable {
  const known = new Map<string, Queue>()
  const byName = prepare('SELECT * FROM queues WHERE name = ?')

  function find(name: string): Queue | undefined {
    const found = known.get(name)
    if (found) return found
    const row = byName.get(name)
    if (!row) return undefined
    const queue = toQueue(row)
    known.set(name, queue)
    return queue
  }

  const names: QueueTable['names'] = ({ prefix, after, limit }) =>
    prepare('SELECT name FROM queues WHERE name > ? AND substr(name, 1, length(?2)) = ?2 ORDER BY name LIMIT ?')
      .all(after, prefix, limit)
      .map(({ name }) => String(name))

  return {
    find,
    names,
    all: () => names({ prefix: '', after: '', limit: -1 }).flatMap((name) => find(name) ?? []),
    create(name, attributes, tags, nowMs) {
      prepare('INSERT INTO queues (name, attributes, tags, createdMs, modifiedMs) VALUES (?, ?, ?, ?, ?)').run(
        name,
        JSON.stringify(attributes),
        JSON.stringify(tags),
        nowMs,
        nowMs,
      )
      prepare('DELETE FROM deletedQueues WHERE name = ?').run(name)
      return find(name) as Queue
    },
    change(queue, attributes, nowMs) {
      prepare('UPDATE queues SET attributes = ?, modifiedMs = ? WHERE id = ?').run(
        JSON.stringify(attributes),
        nowMs,
        queue.id,
      )
      known.delete(queue.name)
      return find(queue.name) as Queue
    },
    setPurged(queue, nowMs) {
      prepare('UPDATE queues SET purgedMs = ? WHERE id = ?').run(nowMs, queue.id)
      known.delete(queue.name)
    },
    tags: ({ id }) => JSON.parse(String(prepare('SELECT tags FROM queues WHERE id = ?').get(id)?.tags ?? '{}')),
    setTags: ({ id }, tags) => void prepare('UPDATE queues SET tags = ? WHERE id = ?').run(JSON.stringify(tags), id),
    remove({ id, name }, nowMs) {
      prepare('DELETE FROM queues WHERE id = ?').run(id)
      prepare('INSERT OR REPLACE INTO deletedQueues VALUES (?, ?)').run(name, nowMs)
      known.delete(name)
    },
    deletedMs(name) {
      const row = prepare('SELECT deletedMs FROM deletedQueues WHERE name = ?').get(name)
      return row && Number(row.deletedMs)
    },
    forgetDeleted: (beforeMs) => void prepare('DELETE FROM deletedQueues WHERE deletedMs < ?').run(beforeMs),
    reread: () => known.clear(),
  }
}

function toQueue(row: Row): Queue {
  const attributes = JSON.parse(String(row.attributes)) as Attributes
  const name = String(row.name)
  return {
    id: Number(row.id),
    name,
    arn: queueArn(name),
    attributes,
    settings: settingsOf(attributes),
    createdMs: Number(row.createdMs),
    modifiedMs: Number(row.modifiedMs),
    purgedMs: Number(row.purgedMs),
  }
}
