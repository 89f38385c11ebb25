/** Tells the process that started this one, for programs of `startChildRun`. Resolves when it is written: what follows may be the end. */
export function tellParent(message: object): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected && process.send) process.send(message, () => resolve())
    else resolve()
  })
}
