import { AwsError } from '../aws-error.ts'
import type { Algorithm, Checksum } from './checksums.ts'
import { type Database, keyOf, type Row } from './database.ts'
import type { ObjectHeaders } from './object-headers.ts'
import type { Tag } from './tags.ts'
import { type StoredPiece, toPiece } from './versions.ts'

export interface UploadFacts extends ObjectHeaders {
  tags: Tag[]
  algorithm: Algorithm
  checksumType: Checksum['type']
  /** The client named the algorithm: each part has to bring its checksum. */
  isChosen: boolean
}

/** A multipart upload that was neither completed nor aborted. */
export interface Upload {
  uploadId: string
  bucket: string
  key: string
  startedMs: number
  facts: UploadFacts
}

export interface StoredPart extends StoredPiece {
  modifiedMs: number
}

export interface Uploads {
  create(upload: Upload): void
  /** Throws `NoSuchUpload`, also for an id of another key. */
  get(bucket: string, key: string, uploadId: string): Upload
  partsOf(uploadId: string): StoredPart[]
  /** Within a transaction: in place of an earlier part of this number. Returns files that belong to nothing any more. */
  putPart(uploadId: string, part: StoredPart): string[]
  /** Within a transaction: gives these parts to a version and ends the upload. Returns files that belong to nothing any more. */
  complete(uploadId: string, numbers: readonly number[], seq: number): string[]
  /** Within a transaction. Returns files that belong to nothing any more. */
  abort(uploadId: string): string[]
  /** Uploads from this key on, in the order of keys and times. */
  uploadsFrom(bucket: string, from: Buffer): Iterable<Row & { key: Buffer }>
  all(bucket: string): Upload[]
}

export function createUploads(database: Database): Uploads {
  /** Deletes pieces of an upload and tells which of their files nothing else has. */
  function drop(uploadId: string): string[] {
    const blobs = database.all('SELECT blob FROM pieces WHERE upload_id = ?', uploadId).map((row) => String(row.blob))
    database.run('DELETE FROM pieces WHERE upload_id = ?', uploadId)
    return blobs.filter(isUnused)
  }

  function isUnused(blob: string): boolean {
    return !database.get('SELECT 1 FROM pieces WHERE blob = ? LIMIT 1', blob)
  }

  return {
    create({ uploadId, bucket, key, startedMs, facts }) {
      database.run(
        'INSERT INTO uploads VALUES (?, ?, ?, ?, ?)',
        uploadId,
        bucket,
        Buffer.from(key),
        startedMs,
        JSON.stringify(facts),
      )
    },
    get(bucket, key, uploadId) {
      const row = database.get('SELECT * FROM uploads WHERE upload_id = ?', uploadId)
      const upload = row && toUpload(row)
      if (upload && upload.bucket === bucket && upload.key === key) return upload
      throw new AwsError(
        'NoSuchUpload',
        'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
        404,
        { UploadId: uploadId },
      )
    },
    partsOf: (uploadId) =>
      database.all('SELECT * FROM pieces WHERE upload_id = ? ORDER BY number', uploadId).map((row) => ({
        ...toPiece(row),
        modifiedMs: Number(row.modified_ms),
      })),
    putPart(uploadId, { number, blob, sizeBytes, etag, checksum, modifiedMs }) {
      const earlier = database.get('SELECT blob FROM pieces WHERE upload_id = ? AND number = ?', uploadId, number)
      database.run('DELETE FROM pieces WHERE upload_id = ? AND number = ?', uploadId, number)
      database.run(
        'INSERT INTO pieces VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)',
        uploadId,
        number,
        blob,
        sizeBytes,
        etag,
        checksum ?? null,
        modifiedMs,
      )
      return earlier ? [String(earlier.blob)].filter(isUnused) : []
    },
    complete(uploadId, numbers, seq) {
      for (const number of numbers)
        database.run(
          'UPDATE pieces SET seq = ?, upload_id = NULL WHERE upload_id = ? AND number = ?',
          seq,
          uploadId,
          number,
        )
      database.run('DELETE FROM uploads WHERE upload_id = ?', uploadId)
      return drop(uploadId)
    },
    abort(uploadId) {
      database.run('DELETE FROM uploads WHERE upload_id = ?', uploadId)
      return drop(uploadId)
    },
    *uploadsFrom(bucket, from) {
      const rows = database.iterate(
        'SELECT * FROM uploads WHERE bucket = ? AND key >= ? ORDER BY key, upload_id',
        bucket,
        from,
      )
      for (const row of rows) yield Object.assign(row, { key: Buffer.from(row.key as Uint8Array) })
    },
    all: (bucket) => database.all('SELECT * FROM uploads WHERE bucket = ?', bucket).map(toUpload),
  }
}

export function toUpload(row: Row): Upload {
  return {
    uploadId: String(row.upload_id),
    bucket: String(row.bucket),
    key: keyOf(row),
    startedMs: Number(row.started_ms),
    facts: JSON.parse(String(row.facts)) as UploadFacts,
  }
}
