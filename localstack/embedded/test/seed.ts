/** The seed of every random pick of a test run. `SEED=… npm test` repeats the picks; the configuration of vitest draws one otherwise. */
export const seed = Number(process.env.SEED)
