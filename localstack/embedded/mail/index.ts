/** Reading mails. */
export { addressOf } from './addresses.ts'
export { type Message, readMessage } from './mime.ts'
