import { describe, expect, it } from 'vitest'
import { createClosing } from '../../closing.ts'

describe('stopping a stack', () => {
  it('stops intake before workers and storage after both, in whatever order they started', async () => {
    const closed: string[] = []
    const closing = createClosing()
    for (const part of ['folder', 'pool', 'dynamoDb', 'edge', 'sources', 'apis'] as const)
      closing.add(part, () => closed.push(part))
    await closing.run()
    expect(closed).toEqual(['apis', 'sources', 'pool', 'edge', 'dynamoDb', 'folder'])
  })

  it('happens once, however often it is requested', async () => {
    let times = 0
    const closing = createClosing()
    closing.add('pool', () => times++)
    await Promise.all([closing.run(), closing.run()])
    await closing.run()
    expect(times).toBe(1)
  })

  it('continues past a part that fails, and throws its error', async () => {
    const closed: string[] = []
    const closing = createClosing()
    closing.add('edge', () => Promise.reject(new Error('stuck')))
    closing.add('folder', () => closed.push('folder'))
    await expect(closing.run()).rejects.toThrow('stuck')
    expect(closed).toEqual(['folder'])
  })
})
