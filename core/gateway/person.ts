import { Schema } from "effect"

/** Who does something at the operator door, as the people there know each other. */
export const Person = Schema.String.check(
  Schema.isBetweenLength(1, 64),
  Schema.isPattern(/^\P{C}+$/u, { expected: "a name" })
)
