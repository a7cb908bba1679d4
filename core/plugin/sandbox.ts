import type { Layer } from "effect"
import type { Database } from "../database/database.ts"
import type { Migration } from "../database/migrator.ts"
import type { Transport } from "../transport.ts"
import type { Fields, Route, TypeOf } from "./route.ts"
import type { Settings } from "./settings.ts"

/** What a sandbox stands on: a database of its own, and the network. Nothing of the gateway's. */
export type Ground = Database | Transport

/** Another party's server, for development: a listener of its own, in a process of its own. */
export interface Sandbox {
  readonly kind: "sandbox"
  readonly name: string
  readonly options: Fields
  readonly settings: { readonly [option: string]: unknown }
  readonly migrations: ReadonlyArray<Migration>
  readonly databaseUrl: (options: any) => string
  readonly layer: (options: any) => Layer.Layer<never, never, Ground>
  readonly door: (options: any) => {
    readonly port: number
    readonly routes: ReadonlyArray<Route<any>>
    readonly bodyLimit?: number
  }
}

/**
 * Declares a sandbox: the server at the other end, which knows nothing of the gateway and is reached by its address alone. It runs in
 * development only, by `weir sandbox`.
 */
export const defineSandbox =
  <const O extends Fields, Provided>(declared: {
    readonly name: string
    readonly options: O
    readonly databaseUrl: (options: TypeOf<O>) => string
    readonly migrations: ReadonlyArray<Migration>
    readonly layer: (options: TypeOf<O>) => Layer.Layer<Provided, never, Ground>
    /** Mounted at the root of its listener. */
    readonly door: (options: TypeOf<O>) => {
      readonly port: number
      readonly routes: ReadonlyArray<Route<NoInfer<Provided> | Ground>>
      /** Bytes a body may have, where the other party takes more than 1 MiB. */
      readonly bodyLimit?: number
    }
  }) =>
  (...[settings]: [keyof O] extends [never] ? [] : [Settings<TypeOf<O>>]): Sandbox => ({
    ...declared,
    kind: "sandbox",
    settings: settings ?? {}
  })
