import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import type { ByteRange } from './ranges.ts'

/** A file with bytes of an object: all of them, or one part. Never changed once it is stored. */
export interface Piece {
  blob: string
  sizeBytes: number
}

export interface Bodies {
  /**
   * Stores bytes under a name of its own, on disk to stay, and tells `onChunk` of each. Leaves nothing when the source or the disk fails,
   * or `check` throws, which is called after the last byte.
   */
  receive(source: AsyncIterable<Buffer>, onChunk: (chunk: Buffer) => void, check: () => Promise<void>): Promise<Piece>
  /** Bytes of the pieces one after the other. The files stay until the stream has closed. */
  stream(pieces: readonly Piece[], range: ByteRange): Readable
  /** Deletes files that nothing refers to any more; those being read are deleted after it. */
  remove(blobs: readonly string[]): void
  /** Waits for deletions under way. */
  settled(): Promise<void>
}

export interface BodiesOptions {
  folder: string
  newId(): string
  /** Whether a file found at the start belongs to something: the others are left over from a kill and deleted. */
  isReferred(blob: string): boolean
  onProblem(message: string): void
  /** Replaced by tests of a disk that fails. */
  openFile?: typeof open
}

const chunkBytes = 256 * 1024

/** Bytes of objects in files. Their names are random: no key of anyone is ever part of a path. */
export function openBodies({ folder, newId, isReferred, onProblem, openFile = open }: BodiesOptions): Bodies {
  const incoming = join(folder, 'incoming')
  const stored = join(folder, 'bodies')
  const pathOf = (blob: string) => join(stored, blob.slice(0, 2), blob)
  rmSync(incoming, { recursive: true, force: true })
  mkdirSync(incoming, { recursive: true })
  mkdirSync(stored, { recursive: true })
  for (const shard of readdirSync(stored))
    for (const blob of readdirSync(join(stored, shard))) if (!isReferred(blob)) rmSync(join(stored, shard, blob))

  const readers = new Map<string, number>()
  const doomed = new Set<string>()
  const deletions = new Set<Promise<void>>()

  function removeNow(blob: string): void {
    const deletion: Promise<void> = rm(pathOf(blob), { force: true })
      .catch((error: Error) =>
        onProblem(`${pathOf(blob)} could not be deleted, which the next start tries again: ${error.message}`),
      )
      .finally(() => deletions.delete(deletion))
    deletions.add(deletion)
  }

  function release(pieces: readonly Piece[]): void {
    for (const { blob } of pieces) {
      const left = (readers.get(blob) ?? 1) - 1
      if (left > 0) readers.set(blob, left)
      else {
        readers.delete(blob)
        if (doomed.delete(blob)) removeNow(blob)
      }
    }
  }

  return {
    async receive(source, onChunk, check) {
      const blob = newId()
      const part = join(incoming, blob)
      let sizeBytes = 0
      try {
        const file = await openFile(part, 'wx')
        try {
          for await (const chunk of source) {
            await writeAll(file, chunk)
            onChunk(chunk)
            sizeBytes += chunk.length
          }
          await check()
          await file.sync()
        } finally {
          await file.close()
        }
        await mkdir(dirname(pathOf(blob)), { recursive: true })
        await rename(part, pathOf(blob))
      } catch (error) {
        await rm(part, { force: true })
        throw error
      }
      await syncFolder(dirname(pathOf(blob)))
      return { blob, sizeBytes }
    },
    stream(pieces, range) {
      for (const { blob } of pieces) readers.set(blob, (readers.get(blob) ?? 0) + 1)
      const stream = Readable.from(read(pieces, range, pathOf), { objectMode: false })
      stream.once('close', () => release(pieces))
      return stream
    },
    remove(blobs) {
      for (const blob of blobs) {
        if (readers.has(blob)) doomed.add(blob)
        else removeNow(blob)
      }
    },
    async settled() {
      await Promise.all(deletions)
    },
  }
}

async function* read(
  pieces: readonly Piece[],
  { start, end }: ByteRange,
  pathOf: (blob: string) => string,
): AsyncGenerator<Buffer> {
  let offset = 0
  for (const { blob, sizeBytes } of pieces) {
    let position = Math.max(0, start - offset)
    const last = Math.min(sizeBytes - 1, end - offset)
    offset += sizeBytes
    if (position > last) continue
    const file = await open(pathOf(blob), 'r')
    try {
      while (position <= last) {
        const wanted = Math.min(chunkBytes, last - position + 1)
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, position)
        if (bytesRead === 0) throw new Error(`${pathOf(blob)} is shorter than it was stored`)
        position += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await file.close()
    }
  }
}

async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let from = 0; from < chunk.length; ) from += (await file.write(chunk, from)).bytesWritten
}

/** Makes the new name itself survive a power cut, where the platform can. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  await folder.sync().finally(() => folder.close())
}
