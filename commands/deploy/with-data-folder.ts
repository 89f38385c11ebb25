import { openDataFolder } from '../../localstack/embedded/data-folder.ts'

/** Locks the data folder during `use`, so that no stack runs on it. */
export async function withDataFolder<T>(path: string, use: (dir: string) => T | Promise<T>): Promise<T> {
  const folder = openDataFolder(path)
  try {
    return await use(folder.dir)
  } finally {
    folder.release()
  }
}
