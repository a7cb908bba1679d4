import { CompiledQuery, type Driver } from "kysely"
import { StorageFailed } from "../engine.ts"
import { moment, type Session } from "./session.ts"

interface Limits {
  readonly most: number
  readonly wait: number
}

const readOnly = CompiledQuery.raw("set session transaction read only")

/** Sessions for reads, each taken for one statement and given back once it was answered, whoever still waits for the answer. */
export class Pool implements Driver {
  readonly #open: () => Promise<Session>
  readonly #limits: Limits
  /** All that belong here, idle or taken; a session that is not among them is not taken back. */
  readonly #sessions = new Set<Session>()
  readonly #idle: Array<Session> = []
  readonly #waiting: Array<() => void> = []
  #opening = 0

  constructor(open: () => Promise<Session>, limits: Limits) {
    this.#open = open
    this.#limits = limits
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Session> {
    for (;;) {
      const session = this.#idle.pop()
      if (session?.isOpen) return session
      if (session !== undefined) this.#sessions.delete(session)
      else if (this.#sessions.size + this.#opening < this.#limits.most) return this.#another()
      else await this.#turn()
    }
  }

  async releaseConnection(session: Session): Promise<void> {
    const sound = session.isOpen && !session.inTransaction
    if (sound && this.#sessions.has(session)) this.#idle.push(session)
    else {
      this.#sessions.delete(session)
      session.destroy()
    }
    this.#waiting.shift()?.()
  }

  async beginTransaction(): Promise<void> {
    throw new Error("A read is no transaction; `Database.write` is")
  }

  async commitTransaction(): Promise<void> {}

  async rollbackTransaction(): Promise<void> {}

  /** Lets go of all sessions: the next ones may lead to another server. Those in use go when they are given back. */
  clear(): void {
    for (const session of this.#idle.splice(0)) session.end()
    this.#sessions.clear()
  }

  async destroy(): Promise<void> {
    this.clear()
  }

  async #another(): Promise<Session> {
    this.#opening++
    try {
      const session = await this.#open()
      await session.executeQuery(readOnly)
      this.#sessions.add(session)
      return session
    } catch (error) {
      this.#waiting.shift()?.()
      throw error
    } finally {
      this.#opening--
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve)
      const giveUp = () => {
        const place = this.#waiting.indexOf(resolve)
        if (place < 0) return
        this.#waiting.splice(place, 1)
        const cause = "No connection to the database became free in time"
        reject(new StorageFailed({ outcome: "nothing stored", cause }))
      }
      // Whoever stood still meanwhile first hears which of them have become free.
      after(this.#limits.wait, () => after(moment, giveUp))
    })
  }
}

const after = (milliseconds: number, run: () => void) =>
  AbortSignal.timeout(milliseconds).addEventListener("abort", run)
