import { describe, it } from 'vitest'
import { compareWithModel } from './changes-model.ts'

describe('any series of changes', () => {
  it('leaves the objects, versions and listings that a simple model has, also over restarts', () => compareWithModel(6))
})
