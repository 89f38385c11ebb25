import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** How far a load has come that has not finished. */
export interface UnfinishedLoad {
  /** The snapshot of which there is a complete copy to load from. */
  name?: string
  /** What the load replaces is kept in a snapshot: from then on, the folder may hold some of each. */
  isKept: boolean
}

/** A file in the data folder, so that `--fresh` deletes it too. */
const fileName = 'unfinished-load.json'

/** Whether a file of a data folder says how far a load has come. */
export function isOfLoad(file: string): boolean {
  return file.startsWith(fileName)
}

export function readUnfinishedLoad(dataDir: string): UnfinishedLoad {
  try {
    return JSON.parse(readFileSync(join(dataDir, fileName), 'utf8')) as UnfinishedLoad
  } catch (error) {
    // ENOTDIR: the data folder is a file, as whoever opens it says.
    if (['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code))) return { isKept: false }
    throw error
  }
}

export function keepUnfinishedLoad(dataDir: string, load: UnfinishedLoad): void {
  const file = join(dataDir, fileName)
  writeFileSync(`${file}.part`, JSON.stringify(load))
  renameSync(`${file}.part`, file)
}

export function forgetUnfinishedLoad(dataDir: string): void {
  rmSync(join(dataDir, fileName))
}

/** Throws when the folder may hold some of a snapshot, and some of what was there before. */
export function refuseHalfLoaded(dataDir: string): void {
  const { name, isKept } = readUnfinishedLoad(dataDir)
  if (isKept)
    throw new Error(
      `${dataDir} is half loaded: repeat "npm run snapshot -- load ${name ?? 'NAME'}", or "load before-load", which has what was there before`,
    )
}
