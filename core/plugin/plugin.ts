import { Layer, type Schema } from "effect"
import type { Customers } from "../customers/customers.ts"
import type { Database } from "../database/database.ts"
import type { Migration } from "../database/migrator.ts"
import type { Connecting, Connection, Told } from "../legacy/connection/connections.ts"
import type { Inlet } from "../legacy/inlet.ts"
import type { Visitor } from "../login/current-customer.ts"
import type { Notice } from "../notices/notice.ts"
import type { Notices } from "../notices/notices.ts"
import type { Books } from "../payments/books/books.ts"
import type { SalesFile } from "../payments/books/model.ts"
import type { Payments } from "../payments/payments.ts"
import type { ShareCards } from "../sharing/share-cards.ts"
import type { Subscription } from "../tasks/events.ts"
import type { Answering } from "../wechat/callback/answers.ts"
import type { Recurring } from "./every.ts"
import type { Play } from "./play.ts"
import type { Fields, Route, TypeOf } from "./route.ts"
import type { Settings } from "./settings.ts"

/** Services of which the compiler has seen that they fit, in the one place where that was known; the core passes them on blindly. */
export type Checked = any

/** The services the core lends to every plugin. Nothing else is in reach. */
export type Lent = Payments | Books | Notices | Customers | ShareCards | Database

/** An old system that the plugin calls: any service whose shape is a connection. */
type Connected = { readonly Service: Connection }

/** What a plugin does when something happens, or comes round. */
type Reaction<R> = Subscription<R> | Answering<R> | Recurring<R> | Told<R>

/** What a vertical does, once its options are known. `R`: the services its handlers need. */
export interface Behaviour<R> {
  readonly inlets: ReadonlyArray<Inlet<R>>
  readonly routes: ReadonlyArray<Route<R | Visitor>>
  readonly connections: ReadonlyArray<Connecting<R>>
  readonly sales: Schema.Codec<SalesFile, Uint8Array> | undefined
  readonly on: ReadonlyArray<Reaction<R>>
}

/** A plugin with its settings, as `gateway.config.ts` lists it. Its services are erased: the compiler has seen them fit. */
export interface Plugin {
  readonly kind: "plugin"
  readonly name: string
  readonly options: Fields
  readonly settings: { readonly [option: string]: unknown }
  readonly migrations: ReadonlyArray<Migration>
  readonly notices: ReadonlyArray<Notice>
  readonly layer: (options: any) => Layer.Layer<never, never, Lent>
  readonly behaviour: (options: any) => Behaviour<Checked>
  readonly play: Play<any> | undefined
}

/** A part of a declaration: itself, or what it is once the options are known. */
type Part<A, O> = A | ((options: O) => A)

/**
 * Declares a plugin: what the vertical does, on one screen, with no code that runs at import. The result is called with its settings
 * in `gateway.config.ts`.
 *
 * The compiler refuses a handler that needs a service nobody provides, a route whose error has no status, and a missing, misspelt or
 * mistyped option.
 */
export const definePlugin =
  <const O extends Fields, Provided = never>(declared: {
    readonly name: string
    /** A Schema per option, checked before anything listens. */
    readonly options: O
    /** Its services. They may use the core's. */
    readonly layer?: Part<Layer.Layer<Provided, never, Lent | Connected>, TypeOf<O>>
    /** The old systems it calls, each under a service of its own. */
    readonly connections?: Part<ReadonlyArray<Connecting<Connected>>, TypeOf<O>>
    /** What old systems say, and how it comes in. */
    readonly inlets?: Part<ReadonlyArray<Inlet<NoInfer<Provided> | Lent | Connected>>, TypeOf<O>>
    /** JSON for phones and pages, under `/<plugin>` of the public door. */
    readonly routes?: Part<
      ReadonlyArray<Route<NoInfer<Provided> | Lent | Connected | Visitor>>,
      TypeOf<O>
    >
    /** `on(PaymentPaid, …)`, `every("5 minutes", …)`: run as tasks, at least once. `answer(TextReceived, …)`: at once. `told("erp", …)`: at an end. */
    readonly on?: Part<ReadonlyArray<Reaction<NoInfer<Provided> | Lent | Connected>>, TypeOf<O>>
    /** The templates it may send. */
    readonly notices?: ReadonlyArray<Notice>
    /** How the old system writes down what it sold: a file that is held against WeChat's bills. */
    readonly sales?: Schema.Codec<SalesFile, Uint8Array>
    /** Its tables, prefixed with its name. */
    readonly migrations?: ReadonlyArray<Migration>
    /** How a person plays the old system at the other end. Known without any option, so that `weir --help` can list it. */
    readonly play?: Play<TypeOf<NoInfer<O>>>
  }) =>
  (...[settings]: [keyof O] extends [never] ? [] : [Settings<TypeOf<O>>]): Plugin => ({
    kind: "plugin",
    name: declared.name,
    options: declared.options,
    settings: settings ?? {},
    migrations: declared.migrations ?? [],
    notices: declared.notices ?? [],
    layer: (options) =>
      (known(declared.layer, options) ?? Layer.empty) as ReturnType<Plugin["layer"]>,
    behaviour: (options) => ({
      inlets: known(declared.inlets, options) ?? [],
      routes: known(declared.routes, options) ?? [],
      connections: known(declared.connections, options) ?? [],
      sales: declared.sales,
      on: known(declared.on, options) ?? []
    }),
    play: declared.play
  })

const known = <A, O>(part: Part<A, O> | undefined, options: O): A | undefined =>
  typeof part === "function" ? (part as (options: O) => A)(options) : part
