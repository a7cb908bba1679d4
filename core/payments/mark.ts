import { createHash } from "node:crypto"
import type { Reference } from "./model.ts"

/**
 * Tells a repeated payment code from a new one without keeping it. A code is good for one minute and one payment, so a digest
 * salted with the reference is all that is worth protecting.
 */
export const codeMark = ({ plugin, reference }: Reference, code: string): string =>
  createHash("sha256")
    .update(JSON.stringify([plugin, reference, code]))
    .digest("hex")
