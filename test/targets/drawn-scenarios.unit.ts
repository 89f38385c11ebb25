import { describe, expect, it } from 'vitest'
import { emulatorNames } from '../../commands/stack/emulators.ts'
import { drawn, longest, scenariosOn } from './drawn-scenarios.ts'

describe('the scenarios of a run on emulators', () => {
  it('are all but the longest on each, and that one on one of them', () => {
    const all = scenariosOn()
    expect(all).toContain(longest)
    const played = emulatorNames.map((name) => scenariosOn(name))
    for (const names of played)
      expect(names.filter((name) => name !== longest)).toEqual(all.filter((name) => name !== longest))
    expect(played.filter((names) => names.includes(longest))).toHaveLength(drawn.length)
    expect(drawn.length).toBeGreaterThan(0)
  })
})
