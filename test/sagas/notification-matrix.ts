import { describe, expect, it } from 'vitest'
import { pick, randomFrom } from '../../proof/random.ts'
import { type Shape, shapes } from '../../sagas/phases.ts'
import { expectDefinedEnd, runToEnd } from './expect-defined-end.ts'
import { type Fault, type FaultPlan, faults } from './faults.ts'
import { type Address, addresses, NotificationCase } from './notification-fixture.ts'

const everyAddress = Object.keys(addresses) as Address[]
const everyCopies = ['none', 'after', 'beside'] as const
const callsMax = 200

/** Tests that one fault in any call leaves a defined end: in every `stride`th call, beginning with number `first`. */
export function testEveryCall({ first, stride }: { first: number; stride: number }): void {
  const calls = stride === 1 ? 'any call' : `every ${stride}th call, from call ${first} on,`
  describe.each(shapes)(`one fault in ${calls} of a notification saga (%s)`, (shape) => {
    describe.each(everyAddress)('with the address: %s', (address) => {
      it.each(faults)('leaves it completed or compensated, with exactly the effects of that: %s', async (fault) => {
        let ended = 0
        for (const copies of everyCopies) {
          for (let number = first; number < callsMax; number += stride) {
            const saga = await new NotificationCase({ shape, copies, plan: failCall(number, fault) }).begin(address)
            const label = `${fault} at call ${number}, copies ${copies}`
            await runToEnd(saga, label)
            const state = await expectDefinedEnd(saga, address, label)
            // A single fault never prevents the end that the address decides.
            expect(state, label).toBe(address === 'bounce' ? 'compensated' : 'completed')
            if (saga.calls.happened.length === 0) break
            ended++
          }
        }
        expect(ended).toBeGreaterThan(20 / stride)
      })
    })
  })
}

/** The calls of the saga that may fail until somebody mends what they need, as the injector describes them. */
export const lastingCalls = ['STEP#budget', 'STEP#notice', 'STEP#mail', 'STEP#record', 'send mail'] as const

/** Tests that a saga whose calls keep failing ends by itself, or is parked and ends once it is resumed: how is kept beside this file. */
export function testLastingFaults(calls: readonly (typeof lastingCalls)[number][]): void {
  const lasting: Fault[] = ['error', 'lost-answer', 'crash-before', 'crash-after', 'late', 'throttled']
  describe.each(shapes)('a step whose calls keep failing (%s)', (shape) => {
    it.each(calls)('leads to a defined end, or parks the saga until it is resumed: %s', async (failing) => {
      const ends: string[] = []
      for (const address of everyAddress) {
        for (const fault of lasting) {
          let isHealed = false
          const plan: FaultPlan = ({ describe, kind }) =>
            !isHealed && kind !== 'read' && describe.includes(failing) ? fault : undefined
          const saga = await new NotificationCase({ shape, plan }).begin(address)
          const label = `${fault} at every ${failing}, ${address}`
          const parkings = await runToEnd(saga, label, () => {
            isHealed = true
          })
          isHealed = true
          const state = await expectDefinedEnd(saga, address, label)
          ends.push(`${address}, ${fault}: ${parkings > 0 ? 'parked, then ' : ''}${state}`)
        }
      }
      await expect(`${ends.join('\n')}\n`).toMatchFileSnapshot(
        `lasting-faults/${shape}-${failing.replace(/\W+/, '-')}.txt`,
      )
    })
  })
}

/** Ends without which a run of many faults has shown nothing. */
const expectedEnds = ['ok: completed', 'ok: compensated', 'bounce: compensated']

/** Enough for the rarest of these ends: one seed in 25 leads to it. */
const seedsMax = 400

/**
 * Tests that sagas with many random faults each end as defined: one for each seed from `firstSeed` on, at least `count`, and more until
 * each of the expected ends has occurred.
 */
export function testManyFaults({ firstSeed, count }: { firstSeed: number; count: number }): void {
  describe.each(shapes)(`many faults in one saga, seeds from ${firstSeed} on (%s)`, (shape) => {
    it('never leave it half done', async () => {
      const ends = new Set<string>()
      const isVacuous = () => expectedEnds.some((end) => !ends.has(end))
      for (let run = 0; run < count || (isVacuous() && run < seedsMax); run++)
        ends.add(await runSeed(firstSeed + run, shape))
      expect([...ends]).toEqual(expect.arrayContaining(expectedEnds))
    })
  })
}

/** Returns the saga's address and how it ended. */
async function runSeed(seed: number, shape: Shape): Promise<string> {
  const random = randomFrom(seed)
  const address = pick(random, everyAddress)
  const copies = pick(random, everyCopies)
  const rate = random() * 0.4
  let left = 60
  const plan: FaultPlan = () => (left > 0 && random() < rate && left-- ? pick(random, faults) : undefined)
  const saga = await new NotificationCase({ shape, seed, copies, plan }).begin(address)
  const label = `seed ${seed}, ${address}, copies ${copies}`
  const parkings = await runToEnd(saga, label)
  const state = await expectDefinedEnd(saga, address, label)
  return parkings > 0 ? `${address}: parked, then ${state}` : `${address}: ${state}`
}

function failCall(number: number, fault: Fault): FaultPlan {
  return (call) => (call.number === number ? fault : undefined)
}
