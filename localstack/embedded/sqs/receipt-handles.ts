import { createHmac, timingSafeEqual } from 'node:crypto'
import { receiptHandleIsInvalid } from './errors.ts'

/** What a receipt handle says: which message, and which of its receives. */
export interface Receipt {
  queue: number
  seq: number
  nonce: number
}

export interface ReceiptHandles {
  write(receipt: Receipt): string
  /** Throws for what was not written here, or for a message of another queue. */
  read(handle: unknown, queue: number): Receipt
}

const numberBytes = 6
const bodyBytes = 3 * numberBytes
const sealBytes = 12

/** Handles are sealed with a secret of the file: one that was made up is told from one whose message is gone. */
export function receiptHandles(secret: Uint8Array): ReceiptHandles {
  const seal = (body: Buffer) => createHmac('sha256', secret).update(body).digest().subarray(0, sealBytes)
  return {
    write({ queue, seq, nonce }) {
      const body = Buffer.alloc(bodyBytes)
      for (const [index, number] of [queue, seq, nonce].entries())
        body.writeUIntBE(number, index * numberBytes, numberBytes)
      return Buffer.concat([body, seal(body)]).toString('base64')
    },
    read(handle, queue) {
      const bytes = Buffer.from(String(handle), 'base64')
      const body = bytes.subarray(0, bodyBytes)
      const isOwn =
        bytes.length === bodyBytes + sealBytes &&
        bytes.toString('base64') === handle &&
        timingSafeEqual(bytes.subarray(bodyBytes), seal(body))
      const [of = 0, seq = 0, nonce = 0] = [0, 1, 2].map((index) =>
        body.length < bodyBytes ? 0 : body.readUIntBE(index * numberBytes, numberBytes),
      )
      if (!isOwn || of !== queue) throw receiptHandleIsInvalid(String(handle))
      return { queue: of, seq, nonce }
    },
  }
}
