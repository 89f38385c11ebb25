import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { StartedRun } from '../../localstack/steadfast/console/sources.ts'
import { createStreamedRun } from '../../localstack/steadfast/console/streamed-run.ts'

class Answer extends EventEmitter {
  status = 0
  text = ''
  destroyed = false
  writeHead(status: number) {
    this.status = status
    return this
  }
  write(text: string) {
    this.text += text
  }
  end(text = '') {
    this.text += text
    this.close()
  }
  /** The page leaves. */
  close() {
    this.destroyed = true
    this.emit('close')
  }
}

/** A run that ends when it is told to, or some time after it was stopped. */
function fakeRun() {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const stopped = Promise.withResolvers<void>()
  const run: StartedRun = {
    ended,
    stop: async () => {
      stopped.resolve()
      await ended
    },
  }
  return { run, end, stopped: stopped.promise }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('a run that a page follows', () => {
  it('tells each message in a line, and ends with the run', async () => {
    const runs = createStreamedRun<StartedRun, object>()
    const { run, end } = fakeRun()
    const answer = new Answer()
    const served = runs.serve(answer as never, (tell) => {
      tell({ text: 'a\nb' })
      return run
    })
    await settle()
    end()
    await served
    expect([answer.status, answer.text, runs.current()]).toEqual([200, '{"text":"a\\nb"}\n', undefined])
  })

  it('is one at a time', async () => {
    const runs = createStreamedRun<StartedRun, object>()
    const first = fakeRun()
    void runs.serve(new Answer() as never, () => first.run)
    await settle()
    const answer = new Answer()
    await runs.serve(answer as never, () => {
      throw new Error('a second one began')
    })
    expect(answer.status).toBe(409)
  })

  it('is stopped when its page leaves, and the next one begins only after that', async () => {
    const runs = createStreamedRun<StartedRun, object>()
    const [first, second] = [fakeRun(), fakeRun()]
    const leaving = new Answer()
    void runs.serve(leaving as never, () => first.run)
    await settle()
    leaving.close()
    await first.stopped
    const answers = [new Answer(), new Answer()]
    let begun = 0
    const serving = answers.map((answer) =>
      runs.serve(answer as never, () => {
        begun++
        return second.run
      }),
    )
    await settle()
    expect(begun).toBe(0)
    first.end()
    await settle()
    // Two waited, and still only one begins.
    expect([begun, answers.map(({ status }) => status)]).toEqual([1, [200, 409]])
    second.end()
    await Promise.all(serving)
  })

  it('does not begin for a page that has left before its turn came', async () => {
    const runs = createStreamedRun<StartedRun, object>()
    const [first, third] = [fakeRun(), fakeRun()]
    const [leaving, impatient, patient] = [new Answer(), new Answer(), new Answer()]
    void runs.serve(leaving as never, () => first.run)
    await settle()
    leaving.close()
    const unseen = () => {
      throw new Error('one began that nobody sees')
    }
    const served = runs.serve(impatient as never, unseen)
    impatient.close()
    first.end()
    await served
    // Nor for one that had left before it was served at all.
    await runs.serve(impatient as never, unseen)
    const next = runs.serve(patient as never, () => third.run)
    await settle()
    expect(patient.status).toBe(200)
    third.end()
    await next
  })

  it('ends with the console', async () => {
    const runs = createStreamedRun<StartedRun, object>()
    const { run, end, stopped } = fakeRun()
    const served = runs.serve(new Answer() as never, () => run)
    await settle()
    const stopping = runs.stop()
    await stopped
    end()
    await Promise.all([stopping, served])
    expect(runs.current()).toBeUndefined()
  })
})
