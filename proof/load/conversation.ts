import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { TargetError } from '../target.ts'

/** One support conversation as people held it; the first message opens a ticket. */
export const Conversation = z.object({
  conversation: z.string().min(1),
  tenant: z.string().min(1),
  messages: z
    .array(
      z.object({
        author: z.string().regex(/^(customer|agent)-\d+$/),
        at: z.string().nullable().optional(),
        text: z.string().min(1),
      }),
    )
    .min(1),
})
export type Conversation = z.infer<typeof Conversation>

/** Reads one conversation a line. Throws {@link TargetError} naming file and line. */
export function readConversations(path: string): Conversation[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new TargetError(`can't read ${path}: ${(error as Error).message}`)
  }
  return text.split('\n').flatMap((line, index) => {
    if (!line.trim()) return []
    try {
      return [Conversation.parse(JSON.parse(line))]
    } catch (error) {
      const [first] = error instanceof z.ZodError ? error.issues : [error as Error]
      throw new TargetError(`${path}:${index + 1} is not a conversation: ${first?.message}`)
    }
  })
}
