// @ts-check
import http from 'node:http'
import https from 'node:https'

/** @typedef {{ do: 'pass' } | { do: 'refuse', code: string } | { do: 'lose' } | { do: 'swallow' }} Verdict */

/**
 * Has each connection judged that a function opens by `node:http` or `node:https` to elsewhere than the edge. What is judged: `pass`;
 * `refuse` with an error code; `lose`, which sends the request and breaks off at the first byte of the answer; `swallow`, which
 * keeps the answer to itself and says `swallowed`.
 * @param {{ edgeUrl: string, judge: (host: string) => Promise<Verdict & { swallowed?: () => void }> }} options
 */
export function judgeConnections({ edgeUrl, judge }) {
  const edge = new URL(edgeUrl).host
  for (const { Agent } of [http, https]) {
    const connect = Agent.prototype.createConnection
    Agent.prototype.createConnection = function (options, created) {
      const host = `${options.host}:${options.port}`
      if (host === edge) return connect.call(this, options, created)
      judge(host).then(
        (verdict) => {
          if (verdict.do === 'refuse') return created?.(broken(verdict.code), /** @type {any} */ (undefined))
          const socket = connect.call(this, options)
          if (verdict.do === 'lose') onFirstByte(socket, () => socket?.destroy(broken('ECONNRESET')))
          if (verdict.do === 'swallow') onFirstByte(socket, () => verdict.swallowed?.())
          created?.(null, /** @type {any} */ (socket))
        },
        (error) => created?.(error, /** @type {any} */ (undefined)),
      )
      return undefined
    }
  }
}

/** Calls `then` at the first byte, in place of the socket's readers, which get nothing. @param {any} socket @param {() => void} then */
function onFirstByte(socket, then) {
  socket.push = () => {
    socket.push = () => false
    then()
    return false
  }
}

/** @param {string} code */
function broken(code) {
  return Object.assign(new Error(`${code}: injected by a fault rule`), { code })
}
