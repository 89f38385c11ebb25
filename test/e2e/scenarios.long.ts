import { describe } from 'vitest'
import { scenarios } from '../../scenarios/all.ts'
import { testScenarios, useStack } from './scenario-tests.ts'

describe('a scenario', () => {
  testScenarios(scenarios, useStack())
})
