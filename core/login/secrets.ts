import { randomBytes } from "node:crypto"

/** 160 bits that nobody guesses, as small hexadecimal digits: WeChat wants a state to be letters and digits (platform guide, §3.1). */
export const newSecret = (): string => randomBytes(20).toString("hex")

const form = /^[0-9a-f]{40}$/

/** Whether a text may be one; everything else is refused before it is looked for. */
export const isSecret = (text: string | undefined): text is string =>
  text !== undefined && form.test(text)
