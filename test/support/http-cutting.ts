import { HttpCutter, type HttpMessage } from "../../core/legacy/wire/http.ts"

export const MiB = 1024 * 1024

/** All that a cutter makes of these pieces. */
export const cut = (...pieces: ReadonlyArray<string | Uint8Array>): ReadonlyArray<HttpMessage> => {
  const cutter = new HttpCutter(MiB)
  return pieces.flatMap((piece) => {
    cutter.push(typeof piece === "string" ? Buffer.from(piece, "latin1") : piece)
    return [...drained(cutter)]
  })
}

export function* drained(cutter: HttpCutter): Generator<HttpMessage> {
  for (let next = cutter.next(); next !== undefined; next = cutter.next()) yield next
}

/** What matters of a message, on one line. */
export const told = (message: HttpMessage): string => {
  if (message.is === "hesitation") return "hesitation"
  if (message.is === "broken") {
    return `broken: ${message.problem} at ${message.line?.target ?? "no line"}`
  }
  const body = Buffer.from(message.body).toString("latin1")
  return `${message.method} ${message.target} ${message.version} ${message.keep ? "keep" : "close"} [${body}]`
}

export const tells = (messages: ReadonlyArray<HttpMessage>) => messages.map(told)
