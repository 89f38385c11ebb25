import { openDataFolder } from 'embedded-aws/tools'
import { stackName } from '../../localstack/steadfast/stack-name.ts'

/** Locks the data folder during `use`, so that no stack runs on it. */
export async function withDataFolder<T>(path: string, use: (dir: string) => T | Promise<T>): Promise<T> {
  const folder = openDataFolder(path, { name: stackName })
  try {
    return await use(folder.dir)
  } finally {
    folder.release()
  }
}
