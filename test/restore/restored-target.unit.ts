import { describe, expect, it } from 'vitest'
import { restoredName } from '../../proof/drill/restored-target.ts'

describe('the name of a restored table', () => {
  it.each([
    [
      'has the new set behind that of the deployed table',
      'steadfast-prod-step-keys',
      'r1',
      'steadfast-prod-step-keys-r1',
    ],
    ['has it in place of the set in use', 'steadfast-prod-step-keys-r1', 'r2', 'steadfast-prod-step-keys-r2'],
    ['has none behind it in the first set', 'steadfast-prod-step-keys-r1', 'first', 'steadfast-prod-step-keys'],
  ])('%s', (_, deployed, set, name) => {
    expect(restoredName({ StepKeysTable: deployed }, 'StepKeys', set)).toBe(name)
  })
})
