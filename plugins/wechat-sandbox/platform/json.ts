declare global {
  /** Both are in Node's JavaScript, and not yet in the types of the language level that is compiled for. */
  interface JSON {
    rawJSON(text: string): object
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source: string }) => unknown
    ): unknown
  }
}

/** A `bigint` is written as a number: WeChat's message ids have 19 digits, more than a double holds. */
export const writeJson = (body: object): string =>
  JSON.stringify(body, (_, value) =>
    typeof value === "bigint" ? JSON.rawJSON(String(value)) : value
  )

/** A whole number that a double does not hold comes back as its digits. */
export const readJson = (text: string): unknown =>
  JSON.parse(text, (_, value, { source }) =>
    typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? source
      : value
  )
