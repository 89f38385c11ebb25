import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { type Objects, type ObjectsOptions, openObjects } from '../../s3/objects.ts'
import type { Operation } from '../../s3/recognize.ts'
import type { ObjectChange } from '../../s3/s3.ts'

/** Of the running test, after which it is removed. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-aws-s3-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface Asked {
  key?: string
  query?: Record<string, string>
  headers?: Record<string, string>
  body?: string | Buffer
}

export interface OwnObjects {
  objects: Objects
  dataDir: string
  warnings: string[]
  changes: ObjectChange[]
  /** The clock, in epoch milliseconds. */
  clock: { nowMs: number }
  /** One request about the bucket `files`, without HTTP. */
  ask(operation: Operation, asked?: Asked): Promise<{ status: number; headers: Record<string, string>; text: string }>
}

/** S3 in a folder of its own, with a clock that stands still and a bucket `files`. */
export async function ownObjects(options: Partial<ObjectsOptions> = {}): Promise<OwnObjects> {
  const { dataDir = ownFolder() } = options
  const warnings: string[] = []
  const changes: ObjectChange[] = []
  const clock = { nowMs: Date.UTC(2026, 0, 2, 3, 4, 5) }
  const objects = openObjects({
    dataDir,
    log: { info: () => {}, warn: (message) => void warnings.push(message) },
    onObject: (change) => void changes.push(change),
    now: () => clock.nowMs,
    ...options,
  })
  onTestFinished(() => objects.stop())
  await objects.ensureBucket('files')
  return {
    objects,
    dataDir,
    warnings,
    changes,
    clock,
    async ask(operation, { key = '', query = {}, headers = {}, body = '' } = {}) {
      const bytes = Buffer.from(body)
      const answer = await objects.answer({
        operation,
        bucket: 'files',
        key,
        query: new URLSearchParams(query),
        headers: { 'content-length': String(bytes.length), ...headers },
        body: chunks(bytes),
      })
      const { status, headers: sent } = answer
      const content = answer.body
      return {
        status,
        headers: sent,
        text: typeof content === 'string' || Buffer.isBuffer(content) ? content.toString() : await text(content),
      }
    },
  }
}

async function* chunks(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += 64 * 1024) yield bytes.subarray(from, from + 64 * 1024)
}

/** The texts of an answer's elements of this name. */
export function textsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, content = '']) => content)
}
