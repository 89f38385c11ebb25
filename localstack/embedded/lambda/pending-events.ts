import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** An asynchronous event that was accepted and has not ended. */
export interface PendingEvent {
  id: number
  functionRef: string
  payload: unknown
  /** How often its function has failed. */
  attempts: number
  /** Epoch milliseconds. */
  acceptedAtMs: number
}

/** The accepted asynchronous events on disk, until they end: those that are there at a start were cut off by the last stop. */
export interface PendingEvents {
  add(event: Omit<PendingEvent, 'id'>): PendingEvent
  saveAttempts(id: number, attempts: number): void
  remove(id: number): void
  /** In the order in which they were accepted. */
  all(): PendingEvent[]
  close(): void
}

/** Opens `pending-events.db` in the folder. */
export function openPendingEvents(folder: string): PendingEvents {
  const db = new DatabaseSync(join(folder, 'pending-events.db'))
  // NORMAL survives the death of the process, which is what is promised.
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS events (
      id INTEGER PRIMARY KEY AUTOINCREMENT, function_ref TEXT NOT NULL, payload TEXT NOT NULL, attempts INTEGER NOT NULL,
      accepted_at INTEGER NOT NULL) STRICT;
  `)
  const insert = db.prepare('INSERT INTO events (function_ref, payload, attempts, accepted_at) VALUES (?, ?, ?, ?)')
  return {
    add(event) {
      const { functionRef, payload, attempts, acceptedAtMs } = event
      const { lastInsertRowid } = insert.run(functionRef, JSON.stringify(payload ?? {}), attempts, acceptedAtMs)
      return { ...event, id: Number(lastInsertRowid) }
    },
    // What ends while the stack stops may come after the close: it is run again, as after a kill.
    saveAttempts(id, attempts) {
      if (db.isOpen) db.prepare('UPDATE events SET attempts = ? WHERE id = ?').run(attempts, id)
    },
    remove(id) {
      if (db.isOpen) db.prepare('DELETE FROM events WHERE id = ?').run(id)
    },
    all: () =>
      db
        .prepare('SELECT * FROM events ORDER BY id')
        .all()
        .map((row) => ({
          id: Number(row.id),
          functionRef: String(row.function_ref),
          payload: JSON.parse(String(row.payload)) as unknown,
          attempts: Number(row.attempts),
          acceptedAtMs: Number(row.accepted_at),
        })),
    close() {
      if (db.isOpen) db.close()
    },
  }
}
