import { Schema } from "effect"

/**
 * What to do about a refusal. `R`: ask again later. `T`: the token is at fault; a new one, and once more. `Q`: a quota is used up; its
 * window tells when it opens. `U`: the person's own state; remember it, do not repeat. `C`: configuration or program; somebody must mend
 * it. `D`: done before under the same de-dup key, which is a success.
 */
export const ErrorClass = Schema.Literals(["R", "T", "Q", "U", "C", "D"])
