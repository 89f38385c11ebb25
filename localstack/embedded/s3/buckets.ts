import { AwsError } from '../aws-error.ts'
import type { Database } from './database.ts'
import { checkBucketName } from './names.ts'

export type Versioning = '' | 'Enabled' | 'Suspended'

export interface Bucket {
  name: string
  createdMs: number
  /** Empty: never asked for. */
  versioning: Versioning
}

export interface Buckets {
  /** False when it was there. Throws `InvalidBucketName`. */
  create(name: string, nowMs: number): boolean
  /** Throws `NoSuchBucket`. */
  get(name: string): Bucket
  all(): Bucket[]
  /** Throws `NoSuchBucket`, `BucketNotEmpty`. */
  delete(name: string): void
  setVersioning(name: string, versioning: Versioning): void
  /** A configuration such as `lifecycle`, as text. */
  setting(name: string, setting: string): string | undefined
  /** Without a value it is deleted. */
  set(name: string, setting: string, value: string | undefined): void
}

export function createBuckets(database: Database): Buckets {
  function get(name: string): Bucket {
    const row = database.get('SELECT * FROM buckets WHERE name = ?', name)
    if (row) return toBucket(row)
    throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name })
  }

  return {
    get,
    create: (name, nowMs) =>
      database.transact(() => {
        checkBucketName(name)
        const isNew = !database.get('SELECT 1 FROM buckets WHERE name = ?', name)
        if (isNew) database.run('INSERT INTO buckets (name, created_ms) VALUES (?, ?)', name, nowMs)
        return isNew
      }),
    all: () => database.all('SELECT * FROM buckets ORDER BY name').map(toBucket),
    delete: (name) =>
      database.transact(() => {
        get(name)
        if (database.get('SELECT 1 FROM versions WHERE bucket = ? LIMIT 1', name))
          throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, { BucketName: name })
        database.run('DELETE FROM settings WHERE bucket = ?', name)
        database.run('DELETE FROM buckets WHERE name = ?', name)
      }),
    setVersioning(name, versioning) {
      if (get(name).versioning !== versioning)
        database.run('UPDATE buckets SET versioning = ? WHERE name = ?', versioning, name)
    },
    setting: (name, setting) =>
      database.get('SELECT value FROM settings WHERE bucket = ? AND name = ?', name, setting)?.value as
        | string
        | undefined,
    set(name, setting, value) {
      get(name)
      if (value === undefined) database.run('DELETE FROM settings WHERE bucket = ? AND name = ?', name, setting)
      else database.run('INSERT OR REPLACE INTO settings (bucket, name, value) VALUES (?, ?, ?)', name, setting, value)
    },
  }
}

function toBucket({ name, created_ms, versioning }: Record<string, unknown>): Bucket {
  return { name: String(name), createdMs: Number(created_ms), versioning: versioning as Versioning }
}
