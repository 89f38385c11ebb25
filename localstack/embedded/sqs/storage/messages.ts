import type { MessageAttributes } from '../rules/message-attributes.ts'
import type { Candidate, Taken } from '../rules/receive.ts'
import type { SentMessage } from '../rules/send.ts'
import type { Database, Row } from './database.ts'
import type { Queue } from './queues.ts'

/** A message with all that a receiver may ask for. */
export interface StoredMessage {
  seq: number
  id: string
  body: string
  bodyMd5: string
  attributes: MessageAttributes
  attributesMd5: string | undefined
  sender: string
  traceHeader: string | undefined
  groupId: string | undefined
  deduplicationId: string | undefined
  sourceArn: string | undefined
  sentMs: number
  receiveCount: number
  firstReceivedMs: number
}

export interface Counts {
  visible: number
  inFlight: number
  delayed: number
}

/** The stored messages of all queues. In a FIFO queue every change keeps the row of its group true. */
export interface MessageTable {
  insert(queue: Queue, message: SentMessage, how: { id: string; sender: string; nowMs: number }): number
  /** The next messages of a standard queue, visible ones only. */
  candidates(queue: Queue, nowMs: number, limit: number): Candidate[]
  /** FIFO groups whose next message may be received, the one that waits longest first. */
  freeGroups(queue: Queue, nowMs: number, limit: number): string[]
  /** Messages of a FIFO group in order. */
  candidatesOfGroup(queue: Queue, groupId: string, afterSeq: number, limit: number): Candidate[]
  /** Counts a receive, after which only the handle with this nonce is valid. */
  take(seq: number, nonce: number, nowMs: number, visibleMs: number): void
  /** Brings the row of a group up to date after its messages changed. */
  refreshGroup(queue: Queue, groupId: string): void
  read(seq: number): StoredMessage
  taken(seq: number, nonce: number): Taken | undefined
  groupOf(seq: number): string | undefined
  setVisible(queue: Queue, seq: number, visibleMs: number): void
  remove(queue: Queue, seqs: readonly number[]): void
  /** Moves a message to the end of another queue. Its sequence number is new; with `renewedId` it is a new message. */
  move(seq: number, from: Queue, to: Queue, how: { sourceArn?: string; renewedId?: string; nowMs: number }): void
  /** Messages up to one in their order, without those in flight and what waits behind them in their groups. */
  movable(queue: Queue, nowMs: number, lastSeq: number, limit: number): number[]
  /** Makes what was never received wait for as long as the queue's delay says now. */
  delayAgain(queue: Queue): void
  counts(queue: Queue, nowMs: number): Counts
  /** When the next message becomes visible that is not visible now. */
  nextVisibleMs(queue: Queue, nowMs: number): number | undefined
  /** What is older than the queue keeps messages. */
  expired(queue: Queue, nowMs: number): number[]
  /** Everything of the queue. */
  clear(queue: Queue): void
  lastSeq(): number
}

export function messageTable({ prepare }: Database): MessageTable {
  const insertMessage = prepare('INSERT INTO messages (queue, fifoGroup, sentMs, visibleMs) VALUES (?, ?, ?, ?)')
  const insertContent = prepare('INSERT INTO contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)')
  // A group that has messages keeps its first one.
  const joinGroup = prepare('INSERT OR IGNORE INTO fifoGroups VALUES (?, ?, ?, ?)')
  const selectVisible = prepare(
    'SELECT seq, visibleMs, receiveCount FROM messages WHERE queue = ? AND visibleMs <= ? ORDER BY visibleMs, seq LIMIT ?',
  )
  const selectFree = prepare('SELECT id FROM fifoGroups WHERE queue = ? AND freeMs <= ? ORDER BY freeMs, head LIMIT ?')
  const selectGroup = prepare(
    'SELECT seq, visibleMs, receiveCount FROM messages WHERE queue = ? AND fifoGroup = ? AND seq > ? ORDER BY seq LIMIT ?',
  )
  const updateTaken = prepare(
    `UPDATE messages SET visibleMs = ?, taken = 1, takenMs = ?, nonce = ?, receiveCount = receiveCount + 1,
       firstReceivedMs = coalesce(firstReceivedMs, ?) WHERE seq = ?`,
  )
  // Free from when its first message is visible and none of those that were received is in flight any more.
  const refresh = prepare(
    `INSERT INTO fifoGroups
       SELECT ?1, ?2, seq, max(visibleMs, coalesce(
         (SELECT max(visibleMs) FROM messages WHERE queue = ?1 AND fifoGroup = ?2 AND taken = 1), 0))
       FROM messages WHERE queue = ?1 AND fifoGroup = ?2 ORDER BY seq LIMIT 1
     ON CONFLICT DO UPDATE SET head = excluded.head, freeMs = excluded.freeMs`,
  )
  const dropGroup = prepare('DELETE FROM fifoGroups WHERE queue = ? AND id = ?')
  const selectAll = prepare('SELECT * FROM messages JOIN contents USING (seq) WHERE seq = ?')
  const selectTaken = prepare('SELECT visibleMs, takenMs, nonce FROM messages WHERE seq = ?')
  const selectGroupOf = prepare('SELECT fifoGroup FROM messages WHERE seq = ?')
  const updateVisible = prepare('UPDATE messages SET visibleMs = ? WHERE seq = ?')
  const selectOld = prepare('SELECT seq FROM messages WHERE queue = ? AND sentMs <= ?')
  const deleteMessage = prepare('DELETE FROM messages WHERE seq = ?')
  const deleteContent = prepare('DELETE FROM contents WHERE seq = ?')

  function refreshGroup({ id }: Queue, groupId: string) {
    if (refresh.run(id, groupId).changes === 0) dropGroup.run(id, groupId)
  }

  function groupOf(seq: number): string | undefined {
    return text(selectGroupOf.get(seq)?.fifoGroup)
  }

  function remove(queue: Queue, seqs: readonly number[]) {
    const groups = new Set(queue.settings.isFifo ? seqs.flatMap((seq) => groupOf(seq) ?? []) : [])
    for (const seq of seqs) {
      deleteMessage.run(seq)
      deleteContent.run(seq)
    }
    for (const group of groups) refreshGroup(queue, group)
  }

  return {
    insert({ id: queue, settings }, message, { id, sender, nowMs }) {
      const { groupId = null } = message
      const visibleMs = nowMs + message.delayMs
      const { id: seq } = insertMessage.run(queue, settings.isFifo ? groupId : null, nowMs, visibleMs)
      const attributes = message.attributesMd5 === undefined ? null : JSON.stringify(message.attributes)
      insertContent.run(
        seq,
        id,
        message.body,
        message.bodyMd5,
        attributes,
        message.attributesMd5 ?? null,
        sender,
        message.traceHeader ?? null,
        groupId,
        message.deduplicationId ?? null,
      )
      if (settings.isFifo) joinGroup.run(queue, groupId, seq, visibleMs)
      return seq
    },
    candidates: ({ id }, nowMs, limit) => selectVisible.all(id, nowMs, limit).map(toCandidate),
    freeGroups: ({ id }, nowMs, limit) => selectFree.all(id, nowMs, limit).map((row) => String(row.id)),
    candidatesOfGroup: ({ id }, groupId, afterSeq, limit) =>
      selectGroup.all(id, groupId, afterSeq, limit).map(toCandidate),
    take: (seq, nonce, nowMs, visibleMs) => void updateTaken.run(visibleMs, nowMs, nonce, nowMs, seq),
    refreshGroup,
    read: (seq) => toMessage(selectAll.get(seq) as Row),
    taken(seq, nonce) {
      const row = selectTaken.get(seq)
      return row && { visibleMs: Number(row.visibleMs), takenMs: Number(row.takenMs), isLatest: row.nonce === nonce }
    },
    groupOf,
    setVisible(queue, seq, visibleMs) {
      updateVisible.run(visibleMs, seq)
      const group = groupOf(seq)
      if (group !== undefined) refreshGroup(queue, group)
    },
    remove,
    move(seq, from, to, { sourceArn, renewedId, nowMs }) {
      const group = groupOf(seq)
      // A dead message of a standard queue keeps its age.
      const isNew = renewedId !== undefined || to.settings.isFifo
      const { id: moved } = prepare(
        `INSERT INTO messages (queue, fifoGroup, sentMs, visibleMs)
         SELECT ?1, fifoGroup, iif(?4, ?3, sentMs), ?3 FROM messages WHERE seq = ?2`,
      ).run(to.id, seq, nowMs, Number(isNew))
      prepare('UPDATE contents SET seq = ?, sourceArn = ?, id = coalesce(?, id) WHERE seq = ?').run(
        moved,
        sourceArn ?? null,
        renewedId ?? null,
        seq,
      )
      deleteMessage.run(seq)
      if (group === undefined) return
      joinGroup.run(to.id, group, moved, nowMs)
      refreshGroup(from, group)
    },
    movable({ id }, nowMs, lastSeq, limit) {
      return prepare(
        `SELECT seq FROM messages m WHERE queue = ?1 AND visibleMs <= ?2 AND seq <= ?3 AND (fifoGroup IS NULL OR EXISTS (
           SELECT 1 FROM fifoGroups g WHERE g.queue = ?1 AND g.id = m.fifoGroup AND g.freeMs <= ?2))
         ORDER BY seq LIMIT ?4`,
      )
        .all(id, nowMs, lastSeq, limit)
        .map(({ seq }) => Number(seq))
    },
    delayAgain(queue) {
      prepare('UPDATE messages SET visibleMs = sentMs + ? WHERE queue = ? AND taken = 0').run(
        queue.settings.delayMs,
        queue.id,
      )
      for (const { id } of prepare('SELECT id FROM fifoGroups WHERE queue = ?').all(queue.id))
        refreshGroup(queue, String(id))
    },
    counts({ id }, nowMs) {
      const row = prepare(
        `SELECT coalesce(sum(visibleMs <= ?2), 0) AS visible, coalesce(sum(visibleMs > ?2 AND taken = 1), 0) AS inFlight,
           coalesce(sum(visibleMs > ?2 AND taken = 0), 0) AS delayed FROM messages WHERE queue = ?1`,
      ).get(id, nowMs)
      return { visible: Number(row?.visible), inFlight: Number(row?.inFlight), delayed: Number(row?.delayed) }
    },
    nextVisibleMs({ id, settings }, nowMs) {
      const sql = settings.isFifo
        ? 'SELECT min(freeMs) AS ms FROM fifoGroups WHERE queue = ? AND freeMs > ?'
        : 'SELECT min(visibleMs) AS ms FROM messages WHERE queue = ? AND visibleMs > ?'
      const ms = prepare(sql).get(id, nowMs)?.ms
      return typeof ms === 'number' ? ms : undefined
    },
    expired: ({ id, settings }, nowMs) => selectOld.all(id, nowMs - settings.retentionMs).map(({ seq }) => Number(seq)),
    clear({ id }) {
      prepare('DELETE FROM contents WHERE seq IN (SELECT seq FROM messages WHERE queue = ?)').run(id)
      for (const table of ['messages', 'fifoGroups', 'attempts'])
        prepare(`DELETE FROM ${table} WHERE queue = ?`).run(id)
    },
    lastSeq: () => Number(prepare("SELECT seq FROM sqlite_sequence WHERE name = 'messages'").get()?.seq ?? 0),
  }
}

function toCandidate({ seq, visibleMs, receiveCount }: Row): Candidate {
  return { seq: Number(seq), visibleMs: Number(visibleMs), receiveCount: Number(receiveCount) }
}

function toMessage(row: Row): StoredMessage {
  return {
    seq: Number(row.seq),
    id: String(row.id),
    body: String(row.body),
    bodyMd5: String(row.bodyMd5),
    attributes: row.attributes === null ? {} : (JSON.parse(String(row.attributes)) as MessageAttributes),
    attributesMd5: text(row.attributesMd5),
    sender: String(row.sender),
    traceHeader: text(row.traceHeader),
    groupId: text(row.groupId),
    deduplicationId: text(row.deduplicationId),
    sourceArn: text(row.sourceArn),
    sentMs: Number(row.sentMs),
    receiveCount: Number(row.receiveCount),
    firstReceivedMs: Number(row.firstReceivedMs),
  }
}

const text = (value: string | number | null | undefined) => (typeof value === 'string' ? value : undefined)
