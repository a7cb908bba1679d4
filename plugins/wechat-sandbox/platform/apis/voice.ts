import { type Api, upload } from "../api.ts"
import { no } from "../errcodes.ts"

/** 语音识别: documented still, and closed. Who wants text brings a recognizer of their own. */
export const voiceApis: ReadonlyArray<Api> = (
  ["addvoicetorecofortext", "queryrecoresultfortext"] as const
).map((name) => upload(`/cgi-bin/media/voice/${name}`, {}, () => no(45103)))
