import { describe, expect, it } from 'vitest'
import { shapes } from '../../sagas/phases.ts'
import { seed } from '../fixtures/sample.ts'
import { expectDefinedEnd, runToEnd } from './expect-defined-end.ts'
import type { Fault, FaultPlan } from './faults.ts'
import { NotificationCase } from './notification-fixture.ts'
import { everyAddress, testEveryCall, testManyFaults } from './notification-matrix.ts'

// A sample of what `npm run test:long -- notifications` does.
const stride = 6
testEveryCall({ first: 1 + (seed % stride), stride })
testManyFaults({ firstSeed: seed, count: 60 })

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
