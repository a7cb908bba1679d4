/** Text here is latin1: one character a byte, so that raw GBK in a path or a value is kept as it came. */
export interface RequestLine {
  readonly method: string
  readonly target: string
  readonly version: "1.0" | "1.1"
}

export interface Head extends RequestLine {
  /** Names in lower case; what came more than once is joined by a comma. */
  readonly headers: ReadonlyMap<string, string>
}

/** How far a body reaches: so many bytes, its chunks, or until the peer says no more. */
export interface Extent {
  readonly reaches: number | "chunks" | "open"
  /** The head contradicts itself, so nothing that follows this request may be believed. */
  readonly doubtful: boolean
}

/** `undefined` if it is none. Method and version are the outermost words, so a target may hold raw spaces. */
export const parseRequestLine = (line: string): RequestLine | undefined => {
  const from = line.indexOf(" ")
  const to = line.lastIndexOf(" HTTP/1.")
  const method = line.slice(0, Math.max(from, 0))
  const minor = strip(line.slice(to + " HTTP/1.".length))
  const target = strip(line.slice(from, to))
  if (to === -1 || target === "" || !/^[\w-]+$/.test(method) || !/^\d$/.test(minor))
    return undefined
  return { method, target, version: minor === "0" ? "1.0" : "1.1" }
}

/** The lines between request line and blank line; they end in LF or CR LF, and old clients fold them. */
export const parseHeaders = (text: string): Head["headers"] | undefined => {
  if (text.includes("\0")) return undefined
  const headers = new Map<string, string>()
  let name = ""
  for (const line of text.split("\n")) {
    const content = strip(line)
    if (content === "") continue
    const folded = line.startsWith(" ") || line.startsWith("\t")
    const colon = line.indexOf(":")
    if (folded ? name === "" : colon < 1) return undefined
    if (!folded) name = strip(line.slice(0, colon)).toLowerCase()
    const before = headers.get(name)
    const value = folded ? content : strip(line.slice(colon + 1))
    headers.set(name, before === undefined ? value : `${before}${folded ? " " : ", "}${value}`)
  }
  return headers
}

/**
 * How far the body of this request reaches; `undefined` if its head does not say it in any way we know.
 *
 * Chunks win over a length, as RFC 9112 has it. Of several lengths the largest wins: clients that count characters add
 * theirs to the one their library counts in bytes, and a message cut short could still be read, with another amount.
 */
export const extentOf = (head: Head): Extent | undefined => {
  const said = saidExtent(head)
  if (said !== "nothing") return said
  const open = head.version === "1.0" && (head.method === "POST" || head.method === "PUT")
  return { reaches: open ? "open" : 0, doubtful: false }
}

/** What a head says of its body's reach, the same rules for requests and answers; `undefined` if nobody could tell. */
export const saidExtent = (
  head: Pick<Head, "headers" | "version">
): Extent | "nothing" | undefined => {
  const codings = words(head, "transfer-encoding").filter((coding) => coding !== "identity")
  const lengths = words(head, "content-length")
  if (codings.length > 0) {
    if (codings.some((coding) => coding !== "chunked")) return undefined
    return {
      reaches: "chunks",
      doubtful: codings.length > 1 || lengths.length > 0 || head.version === "1.0"
    }
  }
  if (lengths.length === 0) return "nothing"
  if (!lengths.every((length) => /^\d+$/.test(length))) return undefined
  const counts = lengths.map(Number)
  return { reaches: Math.max(...counts), doubtful: new Set(counts).size > 1 }
}

/** The comma-separated words of a header, in lower case. */
export const words = (head: Pick<Head, "headers">, name: string): ReadonlyArray<string> =>
  (head.headers.get(name) ?? "")
    .split(",")
    .map((word) => strip(word).toLowerCase())
    .filter((word) => word !== "")

/** Without blanks around it. `trim` would also take 0xA0, which is half of many Chinese characters. */
const strip = (text: string): string => {
  let from = 0
  let to = text.length
  while (from < to && isBlank(text.charCodeAt(from))) from++
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--
  return text.slice(from, to)
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0d
