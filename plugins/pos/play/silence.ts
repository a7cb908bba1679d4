import { PlayFailed } from "#core"

/** A till without an answer: where nothing was sent nothing happened, else only a query tells. */
export const unanswered =
  (where: string) =>
  ({ _tag, reason }: { readonly _tag: "NotSent" | "NoAnswer"; readonly reason: string }) =>
    new PlayFailed({
      reason:
        _tag === "NotSent"
          ? `${where} cannot be reached (${reason}); is \`npm start\` running?`
          : `${where} gave no answer (${reason}): the sale's outcome is unknown, so query it`
    })

/** What a till has no bytes for is never sent. */
export const unsayable = ({ message }: { readonly message: string }) =>
  new PlayFailed({ reason: `a till cannot say that: ${message}` })
