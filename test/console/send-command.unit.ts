import { beforeEach, describe, expect, it } from 'vitest'
import { answers, forgetAnswers } from '../../console/operator-api/answers.ts'
import { type Answer, type Command, hold, resume } from '../../console/operator-api/command.ts'
import { createSender } from '../../console/operator-api/send-command.ts'

beforeEach(forgetAnswers)

const done: Answer = { is: 'done', isRepeat: false, body: {} }
const resumption = resume({ id: 's1', state: 'parked', generation: 1, parkingId: 'p1' })

/** A button at an API that answers what it is told to. */
function button(answer: () => Answer | Promise<Answer>) {
  const sent: Command[] = []
  const sender = createSender()
  const source = {
    send: async (_tenant: string, command: Command) => {
      sent.push(command)
      return answer()
    },
  }
  const click = (command: Command) => sender({ source, tenant: 'acme', command, about: 's1' })
  return { sent, click }
}

const logged = () => answers.value.map(({ about, words }) => `${about} ${words}`)

describe('a button', () => {
  it('sends its command, and logs what came of it', async () => {
    const { sent, click } = button(() => done)
    expect(await click(resumption)).toEqual(done)
    expect(sent).toEqual([resumption])
    expect(logged()).toEqual(['Resume: s1. Resumed: it goes on from where it failed.'])
  })

  it('ignores a click while a command is under way', async () => {
    const late = Promise.withResolvers<Answer>()
    const { sent, click } = button(() => late.promise)
    const first = click(resumption)
    expect(await click(resumption)).toBeUndefined()
    late.resolve(done)
    await first
    expect([sent.length, logged().length]).toEqual([1, 1])
  })

  it('logs nothing of a command whose operator has signed out: the next one would read it', async () => {
    const late = Promise.withResolvers<Answer>()
    const { click } = button(() => late.promise)
    const clicked = click(resumption)
    forgetAnswers()
    late.resolve({ is: 'unknown', why: 'You are signed out.' })
    await clicked
    expect(logged()).toEqual([])
  })

  it('sends a command again under its own key until there is a definite answer, whatever else is sent meanwhile', async () => {
    let answer: Answer = { is: 'unknown' }
    const { sent, click } = button(() => answer)
    const keyOf = async (command: Command) => {
      await click(command)
      return sent.at(-1)?.key
    }
    const first = await keyOf(hold('mail', ''))
    const others = [await keyOf(hold('mail', 'It is down')), await keyOf(hold('scanner', ''))]
    expect(new Set([first, ...others]).size).toBe(3)
    answer = done
    expect(await keyOf(hold('mail', ''))).toBe(first)
    expect(await keyOf(hold('mail', ''))).not.toBe(first)
    expect(first).toMatch(/^console-hold-[0-9a-f]{32}$/)
  })
})
