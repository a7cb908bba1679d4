import { invariants } from "./invariants/all.ts"
import type { History, Invariant, Sent, Talk } from "./invariants/history.ts"
import type { Observer } from "./observer.ts"
import type { Ground } from "./party.ts"
import { unfinished } from "./rest.ts"

/** Holds the three records against what must be true of them. */
export class Judge {
  readonly talk: Array<Talk> = []
  readonly sent: Array<Sent> = []
  readonly #ground: Ground
  readonly #observer: Observer
  readonly #isClear: () => boolean
  /** The one that every payment must be for. */
  appid = ""
  #calmSince = Number.POSITIVE_INFINITY
  #heard = 0

  /** `isClear`: whether gateway and WeChat reach each other now, and WeChat does as it should. */
  constructor(ground: Ground, observer: Observer, isClear: () => boolean) {
    this.#ground = ground
    this.#observer = observer
    this.#isClear = isClear
  }

  /** At every moment. */
  look(): void {
    const clear = this.#isClear()
    if (!clear) this.#calmSince = Number.POSITIVE_INFINITY
    else if (this.#calmSince === Number.POSITIVE_INFINITY) this.#calmSince = this.#ground.loop.now
    const changed = this.#observer.look()
    if (!changed && this.#heard === this.talk.length) return
    this.#heard = this.talk.length
    this.#hold("always")
  }

  /** When everything has come to rest. */
  atRest(): void {
    this.#hold("at rest")
    this.#ground.trace.add(`at rest: ${JSON.stringify(this.#observer.rows)}`)
  }

  /** What is still under way. */
  get unfinished(): ReadonlyArray<string> {
    return unfinished(
      { now: this.#ground.loop.now, rows: this.#observer.rows },
      this.#observer.pending
    )
  }

  #hold(moment: Invariant["holds"]): void {
    const history = this.#history()
    for (const { holds, sentence, violations } of invariants) {
      if (holds !== moment) continue
      for (const detail of violations(history)) this.#ground.complain(`${sentence}: ${detail}`)
    }
  }

  #history(): History {
    const { rows, wechat } = this.#observer
    const { appid, sent, talk } = this
    const { now } = this.#ground.loop
    return { now, calmSince: this.#calmSince, appid, wechat, rows, sent, talk }
  }
}
