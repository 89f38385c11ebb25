// Preloaded into kinesis-local, which listens on every interface and has no option for it: keeps each server of the process on loopback.
const { Server } = require('node:net')

const { listen } = Server.prototype
const loopback = '127.0.0.1'

Server.prototype.listen = function (first, ...rest) {
  if (first !== null && typeof first === 'object' && first.port !== undefined)
    return listen.call(this, { ...first, host: loopback }, ...rest)
  if (!/^\d+$/.test(String(first))) return listen.call(this, first, ...rest)
  const others = typeof rest[0] === 'string' ? rest.slice(1) : rest
  return listen.call(this, first, loopback, ...others)
}
