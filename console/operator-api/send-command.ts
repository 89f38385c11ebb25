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
  /** The part of chance in the key of each command that may have taken effect: sent again, it is the same one. */
  const chances = new Map<string, string>()

  return async ({ source, tenant, command, about }) => {
    if (isSending) return undefined
    isSending = true
    const request = JSON.stringify([tenant, command.method, command.path, command.body])
    const chance = chances.get(request) ?? freshId()
    chances.set(request, chance)
    const key = command.isRepeatable ? `${command.key}-${chance}` : command.key
    const logAnswer = openAnswer()
    const answer = await source.send(tenant, { ...command, key })
    if (answer.is !== 'unknown') chances.delete(request)
    isSending = false
    logAnswer(`${command.title}: ${about}.`, answerWords(command, answer))
    return answer
  }
}
