import { describe, expect, it } from 'vitest'
import { pick, randomFrom } from '../../proof/random.ts'
import { shapes } from '../../sagas/phases.ts'
import { expectDefinedEnd, runToEnd } from './expect-defined-end.ts'
import { type Fault, type FaultPlan, faults } from './faults.ts'
import { type Address, addresses, NotificationCase } from './notification-fixture.ts'

const everyAddress = Object.keys(addresses) as Address[]
const everyCopies = ['none', 'after', 'beside'] as const
const callsMax = 200

describe.each(shapes)('one fault in any call of a notification saga (%s)', (shape) => {
  describe.each(everyAddress)('with the address: %s', (address) => {
    it.each(faults)('leaves it completed or compensated, with exactly the effects of that: %s', async (fault) => {
      let ended = 0
      for (const copies of everyCopies) {
        for (let number = 1; number < callsMax; number++) {
          const saga = await new NotificationCase({ shape, copies, plan: at(number, fault) }).begin(address)
          const label = `${fault} at call ${number}, copies ${copies}`
          await runToEnd(saga, label)
          const state = await expectDefinedEnd(saga, address, label)
          // A single passing fault never changes how the saga ends.
          expect(state, label).toBe(address === 'bounce' ? 'compensated' : 'completed')
          if (saga.calls.happened.length === 0) break
          ended++
        }
      }
      expect(ended).toBeGreaterThan(20)
    })
  })
})

describe.each(shapes)('a step whose calls keep failing (%s)', (shape) => {
  const lasting: Fault[] = ['error', 'lost-answer', 'crash-before', 'crash-after', 'late', 'throttled']

  it.each(['STEP#budget', 'STEP#notice', 'STEP#mail', 'STEP#record', 'send mail'])(
    'leads to a defined end, or parks the saga until it is resumed: %s',
    async (calls) => {
      const ends: string[] = []
      for (const address of everyAddress) {
        for (const fault of lasting) {
          let isHealed = false
          const plan: FaultPlan = ({ describe, kind }) =>
            !isHealed && kind !== 'read' && describe.includes(calls) ? fault : undefined
          const saga = await new NotificationCase({ shape, plan }).begin(address)
          const label = `${fault} at every ${calls}, ${address}`
          const parkings = await runToEnd(saga, label, () => {
            isHealed = true
          })
          isHealed = true
          const state = await expectDefinedEnd(saga, address, label)
          ends.push(`${address}, ${fault}: ${parkings > 0 ? 'parked, then ' : ''}${state}`)
        }
      }
      expect(ends).toMatchSnapshot()
    },
  )
})

describe.each(shapes)('many faults in one saga (%s)', (shape) => {
  it('never leave it half done', async () => {
    const seen: Record<string, number> = {}
    for (let seed = 1; seed <= 400; seed++) {
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
      const end = parkings > 0 ? `${address}: parked, then ${state}` : `${address}: ${state}`
      seen[end] = (seen[end] ?? 0) + 1
    }
    // The run is vacuous unless these happened.
    expect(Object.keys(seen)).toEqual(
      expect.arrayContaining(['ok: completed', 'ok: compensated', 'bounce: compensated']),
    )
  })
})

function at(number: number, fault: Fault): FaultPlan {
  return (call) => (call.number === number ? fault : undefined)
}
