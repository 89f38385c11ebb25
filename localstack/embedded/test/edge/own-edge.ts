import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { EdgeServices } from '../../edge/aws-services.ts'
import { type Edge, type EdgeOptions, startEdge } from '../../edge/start-edge.ts'
import { type QueuesAndObjects, startQueuesAndObjects } from '../../edge/start-queues-and-objects.ts'
import type { PolicyStatement, Principal } from '../../ports.ts'
import type { ObjectChange } from '../../s3/s3.ts'
import { createWakeups } from '../../wakeups.ts'

const cleanups: (() => void | Promise<void>)[] = []

afterEach(async () => {
  for (const clean of cleanups.reverse().splice(0)) await clean()
})

/** A folder that is removed after the test. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-aws-edge-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface OwnEdge extends Edge {
  parts: QueuesAndObjects
  warnings: string[]
  /** Topics told to the wake-ups. */
  notified: string[]
  objectEvents: ObjectChange[]
}

/** Roles by access key id; any other key is the developer's, and its secret is `test`. */
export type Roles = Record<string, PolicyStatement[]>

/** An edge on a free port with queues and objects of its own, and what else a test brings. */
export async function ownEdge(
  services: EdgeServices = {},
  { roles = {}, dataDir = ownFolder(), ...options }: Partial<EdgeOptions> & { roles?: Roles; dataDir?: string } = {},
): Promise<OwnEdge> {
  const warnings: string[] = []
  const notified: string[] = []
  const objectEvents: ObjectChange[] = []
  const wakeups = createWakeups()
  const log = { info: () => {}, warn: (message: string) => void warnings.push(message) }
  let origin = 'http://127.0.0.1:4566'
  const parts = await startQueuesAndObjects({
    dataDir,
    wakeups: { ...wakeups, notify: (topic) => void notified.push(topic) },
    origin: () => origin,
    onObject: (event) => void objectEvents.push(event),
    log,
    ...(options.now && { now: options.now }),
  })
  cleanups.push(() => parts.stop())
  const identify = (accessKeyId: string | undefined): Principal => {
    const statements = roles[accessKeyId ?? '']
    return statements && accessKeyId
      ? {
          kind: 'role',
          roleName: `${accessKeyId}-role`,
          sessionName: 'my-function',
          environment: 'number 1',
          statements,
        }
      : { kind: 'developer' }
  }
  const edge = await startEdge({
    localRoot: '/_embedded-aws/',
    port: 0,
    services: { sqs: parts.queues.service, objects: parts.objects, ...services },
    identify,
    secretOf: (accessKeyId) => (accessKeyId === 'SESSION' ? 'secret' : undefined),
    access: { keyNames: () => ({ partition: 'pk' }) },
    log,
    ...options,
  })
  cleanups.push(() => edge.stop())
  origin = edge.origin
  return { ...edge, parts, warnings, notified, objectEvents }
}

/** What an SDK client needs to reach the edge as `accessKeyId`. */
export function clientOptions(edge: Edge, accessKeyId = 'test') {
  return {
    endpoint: edge.origin,
    region: 'eu-central-1',
    credentials: { accessKeyId, secretAccessKey: 'test' },
    maxAttempts: 1,
  }
}
