import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { TenantId } from '../../domain/ids.ts'
import { TargetError } from '../target.ts'

/** One support conversation as people held it; the first message opens a ticket. */
export const Conversation = z.object({
  /** What it is called in its own runtime; nothing depends on it. */
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

/** Reads one conversation a line. Throws {@link TargetError} naming file, line and member, or when there is none. */
export function readConversations(path: string): Conversation[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new TargetError(`can't read ${path}: ${(error as Error).message}`)
  }
  const conversations = text.split('\n').flatMap((line, index) => {
    if (!line.trim()) return []
    try {
      return [Conversation.parse(JSON.parse(line))]
    } catch (error) {
      throw new TargetError(`${path}:${index + 1} is not a conversation: ${whyNot(error)}`)
    }
  })
  // Nothing sent would be a verdict that can't fail.
  if (conversations.length === 0) throw new TargetError(`${path} holds no conversations`)
  return conversations
}

function whyNot(error: unknown): string {
  const [first] = error instanceof z.ZodError ? error.issues : []
  return first ? `${['it', ...first.path].join('.')}: ${first.message}` : (error as Error).message
}
