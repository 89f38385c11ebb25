import { withDesk } from '../proof/beside-the-effect/desk.ts'
import { rejectedDuplicateFreesKey } from '../proof/mutants/commit-mutants.ts'
import { scenario } from './runner/scenario.ts'

export const idempotencyBesideTheEffect = scenario(
  'idempotency-beside-the-effect',
  'Idempotency records kept beside the effect',
  {
    shows:
      'A record "in progress" that is written before the effect and completed after it can lose its owner, and then the effect happens twice. A key in the transaction of the effect has no owner to lose.',
    guard: 'the request key, which nobody removes: it is written with the effect, and a refused copy touches nothing',
    mutants: [{ mutant: rejectedDuplicateFreesKey, breaks: [9, 10] }],
    targets: 'embedded',
  },
  async ({ target, tenant, person, faults, step, claim, note, until, untilIdle }) => {
    const carla = person('carla', 'customer')
    const titlesOf = async (customer: typeof carla) =>
      ((await customer.get('/tickets')).body.items as { title: string }[]).map(({ title }) => title).toSorted()

    await withDesk(target, `${tenant}-idempotency`, async (desk) => {
      await step(
        {
          do: 'Another desk, built only for this scenario, wraps the same business write in the idempotency middleware of AWS Powertools 2.35.0. A first copy of a request is slow. A second copy is refused, as one is in progress. Then the client repeats it.',
          shows:
            'The refusal ran through the error hook of the middleware, which deletes the record, although it is the first copy’s. So the third copy found nothing, and there are two tickets.',
        },
        async () => {
          const dora = person('dora', 'customer')
          const request = { key: 'click-1', tenant, requester: 'dora', title: 'Refund my order' }
          const slow = new Pause()
          const first = desk.open(request, { beforeWrite: slow.wait })
          await slow.begun
          const second = await desk.open(request).catch((error: Error) => error.name)
          const third = await desk.open(request)
          slow.end()
          note(`the second copy got ${second}`)
          claim('the second copy was refused', second, 'IdempotencyAlreadyInProgressError')
          claim('the first and the third copy opened a ticket each', (await first) === third, false)
          claim('so one click opened two tickets', await titlesOf(dora), [request.title, request.title])
        },
      )
      await step(
        {
          do: 'There, the first copy of another request is slow once more, for longer than its invocation may take. A second copy takes over its record and opens a ticket; then the first one goes on.',
          shows:
            'The first copy is no longer the owner, and nothing tells it: it opens its ticket, and replaces the stored answer. Whoever asks again is told of another ticket than before.',
        },
        async () => {
          const erik = person('erik', 'customer')
          const request = { key: 'click-2', tenant, requester: 'erik', title: 'Cancel my order' }
          const slow = new Pause()
          const first = desk.open(request, { remainingMs: 1, beforeWrite: slow.wait })
          await slow.begun
          const tryToTakeOver = () => desk.open(request).catch(() => undefined)
          const second = await until('the second copy', tryToTakeOver, (id) => id !== undefined)
          const replayBefore = await desk.open(request)
          slow.end()
          await first
          claim('the second copy is answered again as at first', replayBefore, second)
          claim(
            'after the first copy went on, it is answered differently',
            (await desk.open(request)) === second,
            false,
          )
          claim('one click opened two tickets', await titlesOf(erik), [request.title, request.title])
        },
      )
    })

    const key = crypto.randomUUID()
    const ticket = { title: 'Refund my order', body: 'It never came.' }
    await step(
      {
        do: 'Here, the write of a first copy hangs in the network. A second copy is sent, then another request under the same key. The client repeats the second copy, and the write of the first one arrives.',
        shows:
          'The second copy committed key and ticket at once. The other request was refused and changed nothing. The late write failed on the key, and brought back the answer of the second copy.',
        without: 'A refused request that tidies up a key makes the next copy a first one.',
      },
      async () => {
        const where = {
          service: 'dynamodb',
          operation: 'TransactWriteItems',
          function: '*-create-ticket',
          key: `*${key}*`,
        }
        await faults.set({ name: 'first-hangs', at: 'call', where, fault: { do: 'hold' }, times: 1 })
        const first = carla.send('POST', '/tickets', ticket, key)
        await until(
          'the write of the first copy',
          () => faults.firedCount('first-hangs'),
          (count) => count > 0,
        )
        const second = await carla.sendUntilAnswered('POST', '/tickets', ticket, key)
        const other = await carla.send('POST', '/tickets', { ...ticket, body: 'It came twice.' }, key)
        const third = await carla.sendUntilAnswered('POST', '/tickets', ticket, key)
        await faults.remove('first-hangs')
        const copies = [await first, second, third]
        claim('the other request was refused', other.status, 422)
        claim(
          'all copies are answered 201',
          copies.map(({ status }) => status),
          [201, 201, 201],
        )
        claim('with the same bytes', new Set(copies.map(({ text }) => text)).size, 1)
        await untilIdle()
        claim('one click opened one ticket', await titlesOf(carla), [ticket.title])
      },
    )
  },
)

/** A wait that somebody else begins and this side ends. */
class Pause {
  readonly #begun = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<void>()
  readonly begun = this.#begun.promise

  readonly wait = (): Promise<void> => {
    this.#begun.resolve()
    return this.#ended.promise
  }

  end(): void {
    this.#ended.resolve()
  }
}
