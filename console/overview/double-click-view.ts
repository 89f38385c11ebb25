import type { DoubleClick } from '../wire.ts'

/** What came of equal requests, in a sentence. */
export function doubleClickWords({ answers, isSameBytes }: DoubleClick): string {
  const replayed = answers.filter((answer) => answer.replayed).length
  const committed = answers.filter((answer) => !answer.replayed && answer.status < 300).length
  const others = answers.filter(({ status }) => status >= 300)
  const parts = [
    `${committed} committed`,
    `${replayed} replayed`,
    ...(others.length > 0 ? [`${others.length} answered ${others.map(({ status }) => status).join(', ')}`] : []),
  ]
  return `${parts.join(', ')}${replayed > 0 && isSameBytes ? ', byte for byte the same' : ''}.`
}
