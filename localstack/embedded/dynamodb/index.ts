/** The DynamoDB engine alone, and what the meter counts. */
export { startEngine } from './engine.ts'
export { findEngineBinary } from './engine-binary.ts'
export type { MeteredItem } from './meter.ts'
