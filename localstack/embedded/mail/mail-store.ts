import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Mail } from './mail.ts'

/** Which mails to show; all together must hold. */
export interface MailFilter {
  id?: string
  /** Bare address of a recipient, any case. */
  recipient?: string
  /** A header or tag that the mail has; its name in any case. */
  header?: { name: string; value: string }
  /** The newest this many. */
  limit?: number
}

/** All mails that were accepted, on disk; none is ever changed or removed. */
export interface MailStore {
  add(mail: Mail, recipients: readonly string[]): void
  /** In the order they were accepted. */
  list(filter?: MailFilter): Mail[]
  close(): void
}

/** Opens `mail.db` in the data folder. */
export function openMailStore(dataDir: string): MailStore {
  mkdirSync(dataDir, { recursive: true })
  const db = new DatabaseSync(join(dataDir, 'mail.db'))
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS mails (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      recipients TEXT NOT NULL,
      mail TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER IF NOT EXISTS mails_never_change BEFORE UPDATE ON mails BEGIN SELECT RAISE(ABORT, 'mails never change'); END;
    CREATE TRIGGER IF NOT EXISTS mails_never_go BEFORE DELETE ON mails BEGIN SELECT RAISE(ABORT, 'mails never go'); END;
  `)
  const insert = db.prepare('INSERT INTO mails (id, recipients, mail) VALUES (?, ?, ?)')
  const select = db.prepare(`
    SELECT mail FROM mails
    WHERE (:id IS NULL OR id = :id)
      AND (:header IS NULL OR EXISTS (
        SELECT 1 FROM (SELECT key, value FROM json_each(mail, '$.headers') UNION ALL SELECT key, value FROM json_each(mail, '$.tags'))
        WHERE lower(key) = lower(:header) AND value = :headerValue))
      AND (:recipient IS NULL OR EXISTS (SELECT 1 FROM json_each(recipients) WHERE value = lower(:recipient)))
    ORDER BY position DESC LIMIT :limit`)

  return {
    add(mail, recipients) {
      const lower = recipients.map((recipient) => recipient.toLowerCase())
      insert.run(mail.id, JSON.stringify(lower), JSON.stringify(mail))
    },
    list({ id, recipient, header, limit = -1 } = {}) {
      const rows = select.all({
        ':id': id ?? null,
        ':recipient': recipient ?? null,
        ':header': header?.name ?? null,
        ':headerValue': header?.value ?? null,
        ':limit': limit,
      })
      return rows.map((row): Mail => JSON.parse(String(row.mail))).reverse()
    },
    close: () => db.close(),
  }
}
