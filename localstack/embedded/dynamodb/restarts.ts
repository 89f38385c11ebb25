/** This many deaths within the window are taken for a loop: restarts then pause until the oldest is out of the window. */
const deathsMax = 20
const windowMs = 60_000

/** Decides when to start a program again that ended by itself. What is long past does not count. */
export interface Restarts {
  /** Counts a death and returns how long to wait before the next start, in milliseconds. */
  pauseAfterDeath(): number
}

export function createRestarts(now: () => number): Restarts {
  let deaths: number[] = []
  return {
    pauseAfterDeath() {
      const time = now()
      deaths = [...deaths.filter((death) => death > time - windowMs), time].slice(-deathsMax)
      const [oldest = time] = deaths
      return deaths.length < deathsMax ? 0 : oldest + windowMs - time
    },
  }
}
