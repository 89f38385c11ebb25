import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface ListeningSocket {
  pid: number
  address: string
  port: number
}

/** Every TCP socket on which a process or one of its descendants listens. Linux only: proc(5). */
export function listeningSockets(rootPid: number): ListeningSocket[] {
  const sockets = new Map([...readTable('tcp'), ...readTable('tcp6')])
  return descendants(rootPid).flatMap((pid) =>
    inodesOf(pid).flatMap((inode) => {
      const socket = sockets.get(inode)
      return socket ? [{ pid, ...socket }] : []
    }),
  )
}

const listening = '0A'

function readTable(name: 'tcp' | 'tcp6'): [inode: string, Omit<ListeningSocket, 'pid'>][] {
  const [, ...lines] = readFileSync(`/proc/net/${name}`, 'utf8').trim().split('\n')
  return lines.flatMap((line) => {
    const fields = line.trim().split(/\s+/)
    const [address = '', port = ''] = (fields[1] ?? '').split(':')
    if (fields[3] !== listening) return []
    return [[fields[9] ?? '', { address: toText(address), port: Number.parseInt(port, 16) }]]
  })
}

/** `0100007F`, in the byte order of the machine, is 127.0.0.1; a longer one is IPv6. */
function toText(hex: string): string {
  if (hex.length > 8) return `[${hex}]`
  return Buffer.from(hex, 'hex').reverse().join('.')
}

function inodesOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? []
    } catch {
      // Closed meanwhile.
      return []
    }
  })
}

function descendants(rootPid: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const children = Map.groupBy(pids.map(Number), parentOf)
  const tree = [rootPid]
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    // Ended meanwhile.
    return 0
  }
}
