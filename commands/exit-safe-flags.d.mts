export const exitSafeFlags: readonly string[]
