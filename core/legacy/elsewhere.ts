import { type Duration, Effect } from "effect"
import type { Transport } from "../transport.ts"
import type { Problem } from "./dialect.ts"

/**
 * Hands a message on to the system it belongs to, byte for byte, and hands its answer back. It keeps its own books: when it
 * does not answer, the caller asks again, and the same bytes go there again.
 */
export const handOn = (
  transport: Transport["Service"],
  to: URL,
  bytes: Uint8Array,
  patience: Duration.Duration
): Effect.Effect<Uint8Array, Problem> =>
  transport
    .exchange({
      method: "POST",
      url: to.href,
      headers: { "content-type": "application/octet-stream" },
      body: bytes,
      timeout: patience
    })
    .pipe(
      Effect.map(({ body }) => body),
      Effect.catchTags({
        NotSent: () => Effect.fail<Problem>({ is: "unreachable" }),
        NoAnswer: () => Effect.fail<Problem>({ is: "running", waited: patience })
      })
    )
