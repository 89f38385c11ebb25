/**
 * The smallest part of `all` that still fails, found by delta debugging (ddmin: Zeller and Hildebrandt, 2002): no single item of it can be
 * left out. `fails` is asked at most `asksMax` times.
 */
export async function shrink<T>(
  all: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
  asksMax = 2_000,
): Promise<readonly T[]> {
  let asks = 0
  const stillFails = async (part: readonly T[]) => asks++ < asksMax && (await fails(part))
  if (await stillFails([])) return []
  let failing = all
  let parts = 2
  while (failing.length >= 2) {
    const size = Math.ceil(failing.length / parts)
    const chunks = Array.from({ length: Math.ceil(failing.length / size) }, (_, at) =>
      failing.slice(at * size, (at + 1) * size),
    )
    const smaller = await firstFailing([...chunks, ...complements(failing, size)], failing.length, stillFails)
    if (smaller) {
      failing = smaller
      parts = Math.max(2, Math.min(parts - 1, failing.length))
    } else {
      if (parts >= failing.length) break
      parts = Math.min(failing.length, parts * 2)
    }
  }
  return failing
}

function complements<T>(all: readonly T[], size: number): T[][] {
  const starts = Array.from({ length: Math.ceil(all.length / size) }, (_, at) => at * size)
  return starts.map((start) => [...all.slice(0, start), ...all.slice(start + size)])
}

async function firstFailing<T>(
  candidates: readonly (readonly T[])[],
  below: number,
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | undefined> {
  for (const candidate of candidates) if (candidate.length < below && (await fails(candidate))) return candidate
  return undefined
}
