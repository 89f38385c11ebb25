import { openAnswer } from './answers.ts'
import { type Answer, answerWords, type Command } from './command.ts'
import { freshId } from './fresh-id.ts'
import type { OperatorSource } from './operator-source.ts'

interface Order {
  source: Pick<OperatorSource, 'send'>
  tenant: string
  command: Command
  /** What it is about, such as a saga. */
  about: string
}

/** Sends the commands of one button, and logs their answers. Undefined while a command is under way: that click is ignored. */
export function createSender(): (order: Order) => Promise<Answer | undefined> {
  let isSending = false
  let chance = freshId()

  return async ({ source, tenant, command, about }) => {
    if (isSending) return undefined
    isSending = true
    const key = command.isRepeatable ? `${command.key}-${chance}` : command.key
    const logAnswer = openAnswer()
    const answer = await source.send(tenant, { ...command, key })
    // Without a definite answer the next try is the same command.
    if (answer.is !== 'unknown') chance = freshId()
    isSending = false
    logAnswer(`${command.title}: ${about}.`, answerWords(command, answer))
    return answer
  }
}
