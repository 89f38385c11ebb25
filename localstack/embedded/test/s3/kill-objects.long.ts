import { describe, expect, it } from 'vitest'
import { mulberry32 } from '../../mulberry32.ts'
import { seed } from '../seed.ts'
import { compareWithModel } from './changes-model.ts'
import { ownFolder } from './own-objects.ts'
import { writeAndKill } from './write-and-kill.ts'

/** On a machine with other work to do. */
const timeLimitMs = 300_000

describe('objects that are changed while the stack is killed', () => {
  it(
    'are each as they were acknowledged last, or as the change under way, 20 times over',
    async () => {
      const dataDir = ownFolder()
      const random = mulberry32(seed)
      const before = new Map<string, string | undefined>()
      let next = 0
      for (let round = 0; round < 20; round++)
        next = await writeAndKill(dataDir, next, 5 + Math.floor(random() * 60), before)
      expect(next).toBeGreaterThan(20 * 5)
    },
    timeLimitMs,
  )
})

describe('100 series of changes', () => {
  it(
    'leave the objects, versions and listings that a simple model has, also over restarts',
    () => compareWithModel(100),
    timeLimitMs,
  )
})
