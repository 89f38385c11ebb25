import * as z from 'zod'

export const Priority = z.enum(['low', 'normal', 'high', 'urgent'])
export type Priority = z.infer<typeof Priority>

/** The words of the API on the scale, with room between them. A higher level is more urgent. */
export const levels = { low: 10, normal: 20, high: 30, urgent: 40 } as const satisfies Record<Priority, number>

const words = new Map<number, Priority>(Priority.options.map((word) => [levels[word], word]))

const grade = {
  level: z.literal(Priority.options.map((word) => levels[word])),
  /** Who set it: the requester with the ticket, or an admin, whose words are the message with the number `since.seq`. */
  reason: z.enum(['requested', 'corrected']),
}

/** A level and why: what an event records (version 2 of its data). */
export const PriorityGrade = z.strictObject(grade)
export type PriorityGrade = z.infer<typeof PriorityGrade>

/** A ticket's priority as a typed scale: the level, why, and since which of its events (event time). */
export const PriorityScale = z.strictObject({
  ...grade,
  since: z.strictObject({ seq: z.int().positive(), at: z.iso.datetime() }),
})
export type PriorityScale = z.infer<typeof PriorityScale>

/** The API's word for a level; undefined for a level that is none. */
export function wordOf(level: unknown): Priority | undefined {
  return words.get(Number(level))
}

export function gradeOf(priority: Priority, reason: PriorityGrade['reason']): PriorityGrade {
  return { level: levels[priority], reason }
}
