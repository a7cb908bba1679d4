import { Context, Effect, Schema } from "effect"
import type { Account } from "./account.ts"
import { downloadMedia } from "./media.ts"

/** A recording as WeChat gives it. */
export interface Recording {
  /** `amr`, `speex`, `mp3` */
  readonly format: string
  readonly bytes: Uint8Array
}

/** Nobody could say what was said. */
export class NotRecognised extends Schema.TaggedError<NotRecognised>()("NotRecognised", {
  reason: Schema.String
}) {
  override readonly message = `Not recognised: ${this.reason}`
}

/**
 * What people say, as text (语音识别). WeChat's own has been closed since 2023: pushes bring an empty `Recognition`. Whoever wants it
 * provides this with a service of their own choice, which then hears what customers say: a matter of consent.
 */
export class Recogniser extends Context.Service<
  Recogniser,
  { recognise(recording: Recording): Effect.Effect<string, NotRecognised> }
>()("weir/Recogniser") {}

/** What was said in a voice message: by WeChat's word where it still has one, else by the recogniser's. */
export const spokenIn = Effect.fnUntraced(function* (
  account: Account,
  voice: { readonly mediaId: string; readonly format: string; readonly recognition?: string }
) {
  if (voice.recognition) return voice.recognition
  const recogniser = yield* Effect.serviceOption(Recogniser)
  if (recogniser._tag === "None") return yield* new NotRecognised({ reason: "nobody listens" })
  const file = yield* downloadMedia(account, voice.mediaId, heaviest)
  if ("url" in file) return yield* new NotRecognised({ reason: "WeChat gives no voice" })
  return yield* recogniser.value.recognise({ format: voice.format, bytes: file.bytes })
})

/** A voice lasts a minute at most. */
const heaviest = 4 * 1024 * 1024
