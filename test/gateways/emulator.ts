/**
 * The address of an emulator against which the suites of the ports run instead of the embedded engines, where its clock and its faults are
 * not ours: `CONTRACT_ENDPOINT=http://127.0.0.1:4566 npx vitest run test/gateways`.
 */
export const emulator = process.env.CONTRACT_ENDPOINT
