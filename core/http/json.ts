import { Result } from "effect"

type Json = Readonly<Record<string, unknown>>

/**
 * Reads JSON that every parser reads the same way. `JSON.parse` lets the last of two equal keys win and keeps `__proto__`; whoever
 * looked at the request before us may have gone by the first.
 */
export const readJson = (text: string): Result.Result<Json, string> => {
  if (text.length > long && isDeep(text)) return Result.fail("The body is nested too deeply")
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return Result.fail("The body is not JSON")
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return Result.fail("The body must be a JSON object")
  }
  const seen = { keys: 0, tooDeep: false, proto: false }
  look(value, 0, seen)
  if (seen.tooDeep) return Result.fail("The body is nested too deeply")
  if (seen.proto) return Result.fail("The body has a key __proto__")
  // As many colons as keys: no key came twice. Only where text contains colons is a closer look needed.
  return colons(text) === seen.keys || keysWritten(text) === seen.keys
    ? Result.succeed(value as Json)
    : Result.fail("The body has the same key twice")
}

const deepest = 32
const long = 10_000

/** `JSON.parse` takes a third of a second for a mebibyte of brackets. */
const isDeep = (text: string): boolean => {
  let depth = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') isQuoted = !isQuoted
    else if (isQuoted) at += character === "\\" ? 1 : 0
    else if (character === "[" || character === "{") depth++
    else if (character === "]" || character === "}") depth--
    if (depth > deepest) return true
  }
  return false
}

interface Seen {
  keys: number
  tooDeep: boolean
  proto: boolean
}

const look = (value: unknown, depth: number, seen: Seen): void => {
  if (typeof value !== "object" || value === null) return
  if (depth === deepest) {
    seen.tooDeep = true
  } else if (Array.isArray(value)) {
    for (const item of value) look(item, depth + 1, seen)
  } else {
    for (const key in value) {
      seen.keys++
      if (key === "__proto__") seen.proto = true
      look((value as Json)[key], depth + 1, seen)
    }
  }
}

const colons = (text: string): number => {
  let count = 0
  for (let at = text.indexOf(":"); at >= 0; at = text.indexOf(":", at + 1)) count++
  return count
}

/** Texts of valid JSON, and the colon after those that are keys. */
const texts = /"(?:[^"\\]|\\.)*"(\s*:)?/g

const keysWritten = (text: string): number => {
  let count = 0
  for (const [, colon] of text.matchAll(texts)) if (colon !== undefined) count++
  return count
}
