import { AwsError } from '../aws-error.ts'
import type { Bucket, Buckets } from './buckets.ts'
import type { Checksum } from './checksums.ts'
import { type Database, keyOf, type Row } from './database.ts'
import type { ObjectHeaders } from './object-headers.ts'
import { newRetention, type Retention } from './retention.ts'
import type { Tag } from './tags.ts'

/** Stored beside the bytes as JSON. */
export interface Facts extends ObjectHeaders {
  tags: Tag[]
  checksum?: Checksum | undefined
  /** Number of parts of an object that was uploaded in parts. */
  partsCount?: number | undefined
  /** Of an object in a bucket with Object Lock. */
  retention?: Retention | undefined
}

/** One version of an object, or a delete marker. */
export interface Version {
  seq: number
  bucket: string
  key: string
  /** `null` for a version that was stored without versioning. */
  versionId: string
  isLatest: boolean
  isMarker: boolean
  sizeBytes: number
  /** Without quotes. */
  etag: string
  modifiedMs: number
  facts: Facts
}

export interface StoredPiece {
  number: number
  blob: string
  sizeBytes: number
  /** Without quotes. */
  etag: string
  checksum?: string | undefined
}

export interface NewVersion {
  sizeBytes: number
  etag: string
  facts: Facts
  /** None for the pieces of an upload, which the caller moves. */
  pieces: readonly Omit<StoredPiece, 'number'>[]
}

/** What a change did. Files of `dropped` belong to nothing any more. */
export interface Change {
  version: Version | undefined
  /** The version's id, where the bucket keeps versions. */
  versionId: string | undefined
  seq: number
  dropped: string[]
}

export interface Versions {
  /** The current version, unless it is a delete marker. */
  current(bucket: string, key: string): Version | undefined
  /** The version of this id, or the newest; delete markers too. */
  find(bucket: string, key: string, versionId: string | undefined): Version | undefined
  piecesOf(version: Version): StoredPiece[]
  /** Within a transaction: makes it the current version, in place of the one that the bucket does not keep. */
  put(bucket: Bucket, key: string, version: NewVersion, nowMs: number): Change
  /** Within a transaction: removes the object, or puts a delete marker before it where the bucket keeps versions. */
  delete(bucket: Bucket, key: string, nowMs: number): Change
  /** Within a transaction: removes one version for good. */
  deleteVersion(bucket: Bucket, key: string, versionId: string): Change
  setFacts(version: Version, facts: Facts): void
  /** Objects, current and visible, from this key on. */
  objectsFrom(bucket: string, from: Buffer): Iterable<Row & { key: Buffer }>
  /** Versions from this key on, the newest of a key first; with `below`, of `from` itself only those before that change. */
  versionsFrom(bucket: string, from: Buffer, below?: number): Iterable<Row & { key: Buffer }>
  /** Within a transaction. */
  nextSeq(): number
}

export function createVersions(database: Database, buckets: Buckets, newVersionId: () => string): Versions {
  const find = (bucket: string, key: string, versionId: string | undefined) => {
    const row =
      versionId === undefined
        ? database.get('SELECT * FROM versions WHERE bucket = ? AND key = ? AND is_latest = 1', bucket, bytes(key))
        : database.get(
            'SELECT * FROM versions WHERE bucket = ? AND key = ? AND version_id = ?',
            bucket,
            bytes(key),
            versionId,
          )
    return row && toVersion(row)
  }

  function nextSeq(): number {
    const row = database.get('UPDATE counter SET value = value + 1 RETURNING value')
    return Number(row?.value)
  }

  /** Returns its files, which other versions may share: see {@link unused}. */
  function remove({ seq, bucket, key, isLatest }: Version): string[] {
    const blobs = database.all('SELECT blob FROM pieces WHERE seq = ?', seq).map((row) => String(row.blob))
    database.run('DELETE FROM pieces WHERE seq = ?', seq)
    database.run('DELETE FROM versions WHERE seq = ?', seq)
    if (isLatest)
      database.run(
        `UPDATE versions SET is_latest = 1
           WHERE seq = (SELECT max(seq) FROM versions WHERE bucket = ? AND key = ?)`,
        bucket,
        bytes(key),
      )
    return blobs
  }

  /** Those of the files that belong to nothing any more. */
  function unused(blobs: readonly string[]): string[] {
    return blobs.filter((blob) => !database.get('SELECT 1 FROM pieces WHERE blob = ? LIMIT 1', blob))
  }

  function insert(bucket: Bucket, key: string, added: NewVersion & { isMarker: boolean }, nowMs: number): Change {
    const { name, versioning } = buckets.get(bucket.name)
    const versionId = versioning === 'Enabled' ? newVersionId() : 'null'
    const replaced = versionId === 'null' ? find(name, key, 'null') : undefined
    const freed = replaced ? remove(replaced) : []
    database.run('UPDATE versions SET is_latest = 0 WHERE bucket = ? AND key = ? AND is_latest = 1', name, bytes(key))
    const seq = nextSeq()
    const { sizeBytes, etag, pieces, isMarker } = added
    const facts = { ...added.facts, retention: isMarker ? undefined : newRetention(buckets, name, nowMs) }
    database.run(
      'INSERT INTO versions VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?)',
      seq,
      name,
      bytes(key),
      versionId,
      Number(isMarker),
      sizeBytes,
      etag,
      nowMs,
      JSON.stringify(facts),
    )
    for (const [index, piece] of pieces.entries())
      database.run(
        'INSERT INTO pieces VALUES (?, NULL, ?, ?, ?, ?, ?, ?)',
        seq,
        index + 1,
        piece.blob,
        piece.sizeBytes,
        piece.etag,
        piece.checksum ?? null,
        nowMs,
      )
    // Only now: an object copied onto itself goes on with the file of the version that it replaces.
    const dropped = unused(freed)
    return { version: find(name, key, versionId), versionId: versioning === '' ? undefined : versionId, seq, dropped }
  }

  return {
    find,
    nextSeq,
    current(bucket, key) {
      const found = find(bucket, key, undefined)
      return found?.isMarker ? undefined : found
    },
    piecesOf: ({ seq }) => database.all('SELECT * FROM pieces WHERE seq = ? ORDER BY number', seq).map(toPiece),
    put: (bucket, key, version, nowMs) => insert(bucket, key, { ...version, isMarker: false }, nowMs),
    delete(bucket, key, nowMs) {
      const { name, versioning } = buckets.get(bucket.name)
      if (versioning !== '')
        return insert(bucket, key, { isMarker: true, sizeBytes: 0, etag: '', facts: noFacts, pieces: [] }, nowMs)
      const found = find(name, key, 'null')
      return { version: found, versionId: undefined, seq: nextSeq(), dropped: found ? unused(remove(found)) : [] }
    },
    deleteVersion(bucket, key, versionId) {
      buckets.get(bucket.name)
      const found = find(bucket.name, key, versionId)
      return { version: found, versionId, seq: nextSeq(), dropped: found ? unused(remove(found)) : [] }
    },
    setFacts: ({ seq }, facts) =>
      database.run('UPDATE versions SET facts = ? WHERE seq = ?', JSON.stringify(facts), seq),
    objectsFrom: (bucket, from) =>
      withKeys(
        database.iterate(
          'SELECT * FROM versions WHERE bucket = ? AND is_latest = 1 AND is_marker = 0 AND key >= ? ORDER BY key',
          bucket,
          from,
        ),
      ),
    versionsFrom: (bucket, from, below = Number.MAX_SAFE_INTEGER) =>
      withKeys(
        database.iterate(
          'SELECT * FROM versions WHERE bucket = ? AND key >= ? AND (key > ? OR seq < ?) ORDER BY key, seq DESC',
          bucket,
          from,
          from,
          below,
        ),
      ),
  }
}

const noFacts: Facts = { system: {}, metadata: {}, tags: [] }

function bytes(key: string): Buffer {
  return Buffer.from(key)
}

function* withKeys(rows: Iterable<Row>): Generator<Row & { key: Buffer }> {
  for (const row of rows) yield Object.assign(row, { key: Buffer.from(row.key as Uint8Array) })
}

export function toVersion(row: Row): Version {
  return {
    seq: Number(row.seq),
    bucket: String(row.bucket),
    key: keyOf(row),
    versionId: String(row.version_id),
    isLatest: row.is_latest === 1,
    isMarker: row.is_marker === 1,
    sizeBytes: Number(row.size_bytes),
    etag: String(row.etag),
    modifiedMs: Number(row.modified_ms),
    facts: JSON.parse(String(row.facts)) as Facts,
  }
}

export function toPiece(row: Row): StoredPiece {
  const { number, blob, size_bytes: size, etag, checksum } = row
  return {
    number: Number(number),
    blob: String(blob),
    sizeBytes: Number(size),
    etag: String(etag),
    ...(checksum !== null && { checksum: String(checksum) }),
  }
}

/** The error for an object that is not there, as a read sees it. */
export function notFound(key: string, versionId: string | undefined): AwsError {
  return versionId === undefined
    ? new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key })
    : new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, { Key: key, VersionId: versionId })
}
