import { priceOf } from './prices.ts'

/** What decides whether archiving the events of closed tickets pays. */
export interface ArchivedTickets {
  tickets: number
  /** Events of one ticket. */
  events: number
  /** The size of one event as JSON: 665 in a run of `npm run load -- --unique 150`. */
  eventBytes: number
}

/** US dollars for events in the table, in a table of the class Standard-Infrequent Access, and in archives. */
export interface ArchivingCost {
  tablePerMonth: number
  infrequentAccessPerMonth: number
  archivePerMonth: number
  /** What it costs once to move them. */
  move: number
  /** Until the move is paid for. */
  monthsToPay: number
}

const gigabyte = 1e9

/** What DynamoDB adds to an item for storage. */
const itemOverheadBytes = 100

/** The size of an archive reference, with that overhead. */
const referenceBytes = 550

/**
 * AWS's price of the table class Standard-Infrequent Access, per GB and month
 * (https://aws.amazon.com/dynamodb/pricing/on-demand/, not verified).
 */
const infrequentAccessGigabyteMonthUsd = 0.1

/**
 * Reads of one ticket: its header, reference, checkpoints, queues, sagas, attachments and followers, and the
 * page of the scan that finds it.
 */
const readUnitsPerTicket = 12

/** Computes it from AWS's list prices, point-in-time recovery of the tables included. */
export function archivingCost({ tickets, events, eventBytes }: ArchivedTickets): ArchivingCost {
  const inTables = (bytes: number, gigabyteMonth: number) =>
    (tickets * bytes * (gigabyteMonth + priceOf.recoveryGigabyteMonth.usd)) / gigabyte
  const rowBytes = events * (eventBytes + itemOverheadBytes)
  const tablePerMonth = inTables(rowBytes, priceOf.tableGigabyteMonth.usd)
  const archivePerMonth =
    inTables(referenceBytes, priceOf.tableGigabyteMonth.usd) +
    (tickets * events * eventBytes * priceOf.objectGigabyteMonth.usd) / gigabyte
  // Each write of a transaction costs two units: the version check, the reference, and each event.
  const moveOne =
    2 * (events + 2) * priceOf.writeUnit.usd +
    (readUnitsPerTicket + Math.ceil((events * eventBytes) / 4_096)) * priceOf.readUnit.usd +
    priceOf.objectWrite.usd +
    2 * priceOf.objectRead.usd
  const move = tickets * moveOne
  return {
    tablePerMonth,
    infrequentAccessPerMonth: inTables(rowBytes, infrequentAccessGigabyteMonthUsd),
    archivePerMonth,
    move,
    monthsToPay: move / (tablePerMonth - archivePerMonth),
  }
}
