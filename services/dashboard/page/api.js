/** @returns the API's JSON answer; undefined when it refuses, for example because there is no data yet */
export async function ask(path, parameters = {}) {
  const response = await fetch(`/api/v1/${path}?${new URLSearchParams(parameters)}`)
  return response.ok ? response.json() : undefined
}

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 5000

/** Opens the WebSocket stream and reconnects with a growing delay until it is closed. @returns a function that closes it */
export function listen(parameters, { onOpen, onMessage, onLost }) {
  const url = new URL(`/api/v1/stream?${new URLSearchParams(parameters)}`, location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  let socket
  let closed = false
  let retryMs = FIRST_RETRY_MS
  const open = () => {
    if (closed) return
    socket = new WebSocket(url)
    socket.onopen = () => {
      retryMs = FIRST_RETRY_MS
      onOpen()
    }
    socket.onmessage = ({ data }) => {
      if (!closed) onMessage(JSON.parse(data))
    }
    socket.onclose = ({ reason }) => {
      if (closed) return
      onLost(reason)
      setTimeout(open, retryMs)
      retryMs = Math.min(2 * retryMs, LAST_RETRY_MS)
    }
  }
  open()
  return () => {
    closed = true
    socket.close()
  }
}
