import type { Journal, Row } from './journal.ts'
import type { Json, JsonObject } from './json.ts'

/**
 * Where one line of states stands: the machine itself, a branch of a Parallel or an iteration of a Map. A frame is
 * journalled whenever it moves, with everything that is needed to go on from there.
 *
 * `ready`: enters its state next · `again`: runs its state once more, after a retry's delay or a redrive ·
 * `running`: the call of its task is in flight · `callback`: its task waits for the token · `waiting`: a Wait state ·
 * `retrying`: the delay before a retry · `children`: its branches or iterations run · `pending`: an iteration that
 * MaxConcurrency holds back · `execution`: an item of a distributed Map, whose own execution runs · `done`: a child with
 * its output, or an item whose execution failed.
 */
export type Phase =
  | 'ready'
  | 'again'
  | 'running'
  | 'callback'
  | 'waiting'
  | 'retrying'
  | 'children'
  | 'pending'
  | 'execution'
  | 'done'

export interface Frame {
  id: number
  parent: number | null
  /** Which branch or iteration of its parent this is. */
  position: number
  phase: Phase
  /** When the scheduler looks at it next. */
  dueMs: number | null
  body: FrameBody
}

export interface FrameBody {
  /** The way from the machine to this frame's states: a Parallel or Map and which of its branches (a Map has only 0). */
  within: [state: string, branch: number][]
  state: string
  input: Json
  variables: JsonObject
  /** `$$.Map.Item` of the iteration around it. */
  item?: { Index: number; Value: Json }
  /** The last event of this line: what the next one follows. */
  lastEvent: number
  /** The event before its state was entered, and that of entering it. */
  cameFrom: number
  enteredEvent: number
  enteredMs: number
  /** How often each retrier of the state was used since it was entered. */
  retries: number[]
  /** Counts the task's attempts, so that an answer to an earlier one is recognized and ignored. */
  attempt: number
  task?: TaskInFlight
  children?: ChildCount
  output?: Json
}

export interface TaskInFlight {
  /** The state's effective input: what the function or the service gets. */
  payload: Json
  token?: string
  timeoutMs?: number
  heartbeatMs?: number
  /** When the time is up. */
  timeoutAtMs?: number
  heartbeatAtMs?: number
}

export interface ChildCount {
  total: number
  started: number
  finished: number
  /** The event that the state's end follows. */
  lastEvent: number
  mapRun?: MapRunCount
}

/** What a distributed Map knows of its Map Run. */
export interface MapRunCount {
  arn: string
  failed: number
  /** More failures than these end the Map; without either, the first does. */
  toleratedCount?: number
  toleratedPercentage?: number
}

/** The frames of one execution, in the journal. */
export class Frames {
  readonly #journal: Journal
  readonly #execution: number

  constructor(journal: Journal, execution: number) {
    this.#journal = journal
    this.#execution = execution
  }

  find(id: number): Frame | undefined {
    const row = this.#journal.get('SELECT * FROM frames WHERE execution = ? AND id = ?', this.#execution, id)
    return row && toFrame(row)
  }

  save(frame: Frame): void {
    const { id, parent, position, phase, dueMs, body } = frame
    this.#journal.run(
      'INSERT OR REPLACE INTO frames (execution, id, parent, position, phase, dueMs, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[this.#execution, id, parent, position, phase, dueMs, JSON.stringify(body)],
    )
  }

  inPhases(...phases: Phase[]): Frame[] {
    return this.#journal
      .all('SELECT * FROM frames WHERE execution = ? ORDER BY id', this.#execution)
      .filter((row) => phases.includes(row.phase as Phase))
      .map(toFrame)
  }

  children(parent: number): Frame[] {
    return this.#journal
      .all('SELECT * FROM frames WHERE execution = ? AND parent = ? ORDER BY position', this.#execution, parent)
      .map(toFrame)
  }

  child(parent: number, position: number): Frame | undefined {
    const row = this.#journal.get(
      'SELECT * FROM frames WHERE execution = ? AND parent = ? AND position = ?',
      ...[this.#execution, parent, position],
    )
    return row && toFrame(row)
  }

  removeBelow(parent: number): void {
    for (const row of this.#journal.all(
      'SELECT id FROM frames WHERE execution = ? AND parent = ?',
      this.#execution,
      parent,
    )) {
      this.removeBelow(Number(row.id))
    }
    this.#journal.run('DELETE FROM frames WHERE execution = ? AND parent = ?', this.#execution, parent)
  }

  removeAll(): void {
    this.#journal.run('DELETE FROM frames WHERE execution = ?', this.#execution)
  }

  /** Keeps the frames of an execution that ended badly, for a redrive, without anything left to happen. */
  freeze(): void {
    this.#journal.run('UPDATE frames SET dueMs = NULL WHERE execution = ?', this.#execution)
  }

  keepToken(token: string, frame: number): void {
    this.#journal.run('INSERT INTO tokens (token, execution, frame) VALUES (?, ?, ?)', token, this.#execution, frame)
  }
}

function toFrame(row: Row): Frame {
  return {
    id: Number(row.id),
    parent: row.parent === null ? null : Number(row.parent),
    position: Number(row.position),
    phase: row.phase as Phase,
    dueMs: row.dueMs === null ? null : Number(row.dueMs),
    body: JSON.parse(String(row.body)) as FrameBody,
  }
}
