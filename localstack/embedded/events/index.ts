/** What happens in a stack, told in lines: for commands that run one. */
export type { EventLine } from './event-line.ts'
export { formatLine } from './format-line.ts'
export { createLiveOutput, type LiveOutput, type OutputChoice } from './live-output.ts'
