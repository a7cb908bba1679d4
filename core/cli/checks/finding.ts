import type { ConfigInvalid } from "../../plugin/settings.ts"

/** What the doctor found: good, worth knowing, or wrong and how to mend it. */
export interface Finding {
  readonly about: string
  readonly state: "good" | "note" | "wrong"
  readonly says: string
  readonly fix?: string
}

export const good = (about: string, says: string): Finding => ({ about, state: "good", says })
export const note = (about: string, says: string): Finding => ({ about, state: "note", says })
export const wrong = (about: string, says: string, fix: string): Finding => ({
  about,
  state: "wrong",
  says,
  fix
})

/** Each problem already says what is expected, which is its fix. */
export const wrongSettings = ({ problems }: ConfigInvalid): ReadonlyArray<Finding> =>
  problems.map(({ option, owner, problem }) => ({
    about: `${owner}.${option}`,
    state: "wrong",
    says: problem
  }))
