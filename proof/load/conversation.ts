import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { TenantId } from '../../domain/ids.ts'
import { TargetError } from '../target.ts'

/** A support conversation to replay; its first message opens a ticket. */
export const Conversation = z.object({
  /** Its name in the data set it comes from; only used to name its session. */
  conversation: z.string().min(1).optional(),
  tenant: TenantId,
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

/** Reads a file with one conversation per line. Throws {@link TargetError} that names file, line and member, or when the file has none. */
export function readConversations(path: string): Conversation[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new TargetError(`cannot read ${path}: ${(error as Error).message}`)
  }
  const conversations = text.split('\n').flatMap((line, index) => {
    if (!line.trim()) return []
    try {
      return [Conversation.parse(JSON.parse(line))]
    } catch (error) {
      throw new TargetError(`${path}:${index + 1} is not a conversation: ${reasonFor(error)}`)
    }
  })
  // A run that sends nothing would always pass.
  if (conversations.length === 0) throw new TargetError(`${path} contains no conversations`)
  return conversations
}

function reasonFor(error: unknown): string {
  const [first] = error instanceof z.ZodError ? error.issues : []
  if (!first) return (error as Error).message
  return first.path.length > 0 ? `${first.path.join('.')}: ${first.message}` : first.message
}
