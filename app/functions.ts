import {
  identityFunctions,
  mailFunctions,
  reconcileFunctions,
  relayFunctions,
  sagaFunctions,
  scanFunctions,
  subscribers,
  uploadFunctions,
  watchFunctions,
} from './catalogue/background-functions.ts'
import { consoleFunctions, httpFunctions } from './catalogue/http-functions.ts'

/**
 * The catalogue of all Lambda functions. Each is listed once, with what it may do with tables: those with a route in
 * `catalogue/http-functions.ts`, all others in `catalogue/background-functions.ts`. Code that looks a function up imports this file. Stacks
 * grant access to queues, state machines, buckets and mail where they wire them.
 */
export * from './catalogue/background-functions.ts'
export * from './catalogue/http-functions.ts'

const functionsOfEveryStage = {
  ...httpFunctions,
  ...subscribers,
  ...relayFunctions,
  ...reconcileFunctions,
  ...sagaFunctions,
  ...mailFunctions,
  ...uploadFunctions,
  ...watchFunctions,
}

export type FunctionName =
  | keyof typeof functionsOfEveryStage
  | keyof typeof consoleFunctions
  | keyof typeof scanFunctions
  | keyof typeof identityFunctions

/** The names of the functions that a stage deploys. */
export function functionNames({ malwareScan, identity, isWithoutConsole }: OptionalFunctions): FunctionName[] {
  const deployed = {
    ...functionsOfEveryStage,
    ...(!isWithoutConsole && consoleFunctions),
    ...(malwareScan && scanFunctions),
    ...(identity && identityFunctions),
  }
  return Object.keys(deployed) as FunctionName[]
}

interface OptionalFunctions {
  malwareScan?: string
  identity?: string
  isWithoutConsole?: boolean
}
