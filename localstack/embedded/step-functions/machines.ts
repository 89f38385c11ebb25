import { createHash, randomUUID } from 'node:crypto'
import { accountId } from '../ports.ts'
import type { Journal, Row } from './journal.ts'

/** A state machine, or one of its published versions, as the journal keeps it. */
export interface Machine {
  arn: string
  name: string
  definition: string
  roleArn: string
  status: 'ACTIVE' | 'DELETING'
  /** Changes with the definition or the role; null until the first change, as on AWS. */
  revisionId: string | null
  createdMs: number
  /** Logging, tracing and encryption: kept and answered, without effect here. */
  settings: Record<string, unknown>
  tags: Record<string, string>
  lastVersion: number
}

export interface Version {
  arn: string
  machineArn: string
  number: number
  definition: string
  roleArn: string
  revisionId: string | null
  description: string | null
  createdMs: number
}

const region = 'us-east-1'

export function machineArn(name: string): string {
  return `arn:aws:states:${region}:${accountId}:stateMachine:${name}`
}

export function executionArn(machine: string, name: string): string {
  return `arn:aws:states:${region}:${accountId}:execution:${machine}:${name}`
}

/** State machines and their versions, in the journal. */
export class Machines {
  readonly #journal: Journal

  constructor(journal: Journal) {
    this.#journal = journal
  }

  find(arn: string): Machine | undefined {
    const row = this.#journal.get('SELECT * FROM machines WHERE arn = ?', arn)
    return row && toMachine(row)
  }

  list(after: string, limit: number): Machine[] {
    return this.#journal
      .all("SELECT * FROM machines WHERE name > ? AND status = 'ACTIVE' ORDER BY name LIMIT ?", after, limit)
      .map(toMachine)
  }

  save(machine: Machine): void {
    const { arn, name, definition, roleArn, status, revisionId, createdMs, settings, tags, lastVersion } = machine
    this.#journal.run(
      `INSERT OR REPLACE INTO machines (arn, name, definition, roleArn, status, revisionId, createdMs, settings, tags, lastVersion)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[
        arn,
        name,
        definition,
        roleArn,
        status,
        revisionId,
        createdMs,
        JSON.stringify(settings),
        JSON.stringify(tags),
        lastVersion,
      ],
    )
  }

  findVersion(arn: string): Version | undefined {
    return this.#journal.get('SELECT * FROM versions WHERE arn = ?', arn) as unknown as Version | undefined
  }

  /** Newest first. */
  listVersions(machine: string): Version[] {
    return this.#journal.all(
      'SELECT * FROM versions WHERE machineArn = ? ORDER BY number DESC',
      machine,
    ) as unknown as Version[]
  }

  /** Publishes what the machine is now; the same revision is published once. */
  publish(machine: Machine, description: string | null, nowMs: number): Version {
    const latest = this.listVersions(machine.arn)[0]
    if (latest && latest.revisionId === machine.revisionId) return latest
    machine.lastVersion++
    this.save(machine)
    const { arn: owner, lastVersion: number, definition, roleArn, revisionId } = machine
    const version: Version = {
      arn: `${owner}:${number}`,
      machineArn: owner,
      number,
      definition,
      roleArn,
      revisionId,
      description,
      createdMs: nowMs,
    }
    this.#journal.run(
      `INSERT INTO versions (arn, machineArn, number, definition, roleArn, revisionId, description, createdMs)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[version.arn, owner, number, definition, roleArn, revisionId, description, nowMs],
    )
    return version
  }

  removeVersion(arn: string): void {
    this.#journal.run('DELETE FROM versions WHERE arn = ?', arn)
  }

  /** Removes what belongs to deleted machines once none of their executions runs (AWS deletes in the background). */
  purge(): void {
    const gone = this.#journal.all(
      `SELECT arn FROM machines m WHERE status = 'DELETING' AND NOT EXISTS
       (SELECT 1 FROM executions e WHERE e.machineArn = m.arn AND e.status = 'RUNNING')`,
    )
    for (const { arn } of gone) {
      // Executions of a Map Run's items have a label behind the machine's ARN.
      const own = `(machineArn = ?1 OR substr(machineArn, 1, length(?1) + 1) = ?1 || '/')`
      for (const table of ['events', 'frames', 'tokens'])
        this.#journal.run(
          `DELETE FROM ${table} WHERE execution IN (SELECT seq FROM executions WHERE ${own})`,
          String(arn),
        )
      this.#journal.run(`DELETE FROM mapItems WHERE mapRun IN (SELECT arn FROM mapRuns WHERE ${own})`, String(arn))
      for (const table of ['executions', 'versions', 'mapRuns'])
        this.#journal.run(`DELETE FROM ${table} WHERE ${own}`, String(arn))
      this.#journal.run('DELETE FROM machines WHERE arn = ?', String(arn))
    }
  }
}

/** Keeps a definition for the executions that start with it. Returns its hash. */
export function pinDefinition(journal: Journal, text: string): string {
  const hash = createHash('sha256').update(text).digest('hex')
  journal.run('INSERT OR IGNORE INTO definitions (hash, text) VALUES (?, ?)', hash, text)
  return hash
}

export function newRevision(): string {
  return randomUUID()
}

function toMachine(row: Row): Machine {
  return {
    ...(row as unknown as Machine),
    settings: JSON.parse(String(row.settings)) as Record<string, unknown>,
    tags: JSON.parse(String(row.tags)) as Record<string, string>,
  }
}
