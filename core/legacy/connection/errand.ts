import type { Duration, Option, Schema } from "effect"

/** What the old system is asked, to know whether an errand was done. */
export interface LookUp<out Reply> {
  readonly errand: AnyErrand
  readonly question: unknown
  /** What the errand would have answered, if it was done. */
  readonly found: (answer: unknown) => Option.Option<Reply>
}

/** Finds an errand whose answer was lost: asks the old system, by our own key, and says what the answer means. */
export const lookUp = <Question, Answer, Reply>(
  errand: Errand<Question, Answer>,
  question: NoInfer<Question>,
  found: (answer: Answer) => Option.Option<Reply>
): LookUp<Reply> => ({
  errand: erased(errand),
  question,
  found: found as LookUp<Reply>["found"]
})

/** What an errand changes there. It is never said twice on doubt, so one of these must be known. */
export type Writes<Request, Reply> =
  | {
      /** Our own key, which the old system stores. */
      readonly key: (request: Request) => ReadonlyArray<string>
      readonly lookUp: (request: Request) => LookUp<Reply>
    }
  | {
      readonly key: (request: Request) => ReadonlyArray<string>
      /** The old system itself takes a second message with the same key for the first. */
      readonly repeatable: true
    }

/** A message of ours to an old system, and its answer. */
export interface Errand<Request, out Reply> {
  /** Stored with what waits to be told, so it stays as it is. */
  readonly name: string
  /** What the dialect calls it. */
  readonly call: string
  readonly request: Schema.Codec<Request, unknown>
  readonly reply: Schema.Codec<Reply, unknown>
  /** Nothing: it only reads, and may be asked again at will. */
  readonly writes: Writes<Request, Reply> | undefined
  /** Shorter or longer than the dialect's. */
  readonly patience: Duration.Input | undefined
  /** A refusal is an end like any other: whoever told hears it, and what is behind goes on. Else it waits for a person. */
  readonly mayBeRefused: boolean
}

/** One whose types only its declaration knew; the compiler saw there that they fit each other. */
export type AnyErrand = Errand<unknown, unknown>

/** What all errands are, whatever they carry. */
export type SomeErrand = Pick<AnyErrand, "name" | "call" | "patience">

/** Forgets the types of an errand, for the code that runs every one alike. */
export const erased = (errand: SomeErrand): AnyErrand => errand as AnyErrand

/**
 * Declares a message to an old system.
 *
 * **Gotchas** What changes something there needs our own `key`, and a way to find it again: whether a request whose answer was lost was
 * done is asked, never guessed.
 */
export const errand = <Request, Reply>(
  name: string,
  declared: {
    readonly call: string
    readonly request: Schema.Codec<Request, unknown>
    readonly reply: Schema.Codec<Reply, unknown>
    readonly writes?: Writes<NoInfer<Request>, NoInfer<Reply>>
    readonly patience?: Duration.Input
    readonly mayBeRefused?: boolean
  }
): Errand<Request, Reply> => ({
  name,
  call: declared.call,
  request: declared.request,
  reply: declared.reply,
  writes: declared.writes,
  patience: declared.patience,
  mayBeRefused: declared.mayBeRefused ?? false
})
