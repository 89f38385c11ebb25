/** For programs that run functions without a stack, or measure them. */
export type { EnvironmentUse } from './environment.ts'
export { createLambdaPool, type LambdaPool, type LambdaPoolOptions } from './lambda-pool.ts'
