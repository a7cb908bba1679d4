import { existsSync } from "node:fs"
import { Connection } from "../core/database/connection.ts"
import type { Party } from "./party.ts"

/** Looks into a party's file from outside, without disturbing it; also into what a dead process left behind. */
export class Peek {
  readonly #party: Party<unknown>
  #connection: Connection | undefined
  #file = ""
  #version: unknown

  constructor(party: Party<unknown>) {
    this.#party = party
  }

  /** Whether something was written since this was last asked. */
  hasChanged(): boolean {
    if (this.#file !== this.#party.file && !this.#open(this.#party.file)) return false
    const [row] = this.read<{ data_version: number }>("pragma data_version")
    const changed = row?.data_version !== this.#version
    this.#version = row?.data_version
    return changed
  }

  read<Row>(sql: string): ReadonlyArray<Row> {
    return (this.#connection?.prepare(sql).all([]) ?? []) as ReadonlyArray<Row>
  }

  close(): void {
    this.#connection?.close()
  }

  #open(file: string): boolean {
    if (!existsSync(file)) return false
    this.#connection?.close()
    this.#file = file
    this.#version = undefined
    this.#connection = new Connection(file, { readOnly: true })
    this.#connection.open()
    return true
  }
}
