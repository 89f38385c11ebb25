/** Reading mails. */
export { addressOf } from './addresses.ts'
export { parseMessage, readParts } from './mime.ts'
